import { issuer } from "./identity.ts";
import { alarm } from "./observability.ts";
import "./patterns/link.ts";
import { shopSite } from "./shop-site.ts";
import { logDays, origin } from "./stage.ts";

const tags = { context: "platform" };

/** What is logged of a request. Not whence it came: an IP address is personal data, and nothing here needs it. */
const accessLog = JSON.stringify(
  Object.fromEntries(
    [
      ...["requestTime", "requestId", "httpMethod", "path", "routeKey", "status"],
      ...["responseLatency", "integrationErrorMessage"],
    ].map((name) => [name, `$context.${name}`]),
  ),
);

/**
 * Who comes through a route, and how fast: requests a second in the long run, and at once after a pause. Each route
 * counts by itself, so nobody takes another's turn.
 */
const doors = {
  /** With a token of the user pool; without one API Gateway answers, and no function runs. */
  signedIn: { token: true, rate: 100, burst: 200 },
  /** What is accepted here has to be done: docs/adr/0013. */
  orders: { token: true, rate: 20, burst: 40 },
  everyone: { token: false, rate: 100, burst: 200 },
  /** Signs instead. An order makes two webhooks, and those that were not taken come again. */
  provider: { token: false, rate: 200, burst: 400 },
};

type RouteSettings = {
  routeKey: $util.Output<string>;
  throttlingRateLimit: number;
  throttlingBurstLimit: number;
  detailedMetricsEnabled: boolean;
};
const settings: RouteSettings[] = [];
let end: (all: RouteSettings[]) => void;
const allSettings = new Promise<RouteSettings[]>((resolve) => {
  end = resolve;
});

/** To be called after the last route: API Gateway takes settings for routes only that exist, so the stage waits for them. */
export const allRoutesAreDeclared = () => end(settings);

/** The shop's front door. Its routes stand with the functions that answer them. */
export const api = new sst.aws.ApiGatewayV2("Api", {
  cors: {
    allowOrigins: [shopSite?.origin ?? origin],
    allowMethods: ["GET", "POST"],
    allowHeaders: ["authorization", "content-type", "idempotency-key"],
    exposeHeaders: ["location", "retry-after"],
    maxAge: "1 hour",
  },
  transform: {
    api: { tags },
    logGroup: { retentionInDays: logDays, tags },
    stage: (args) => {
      args.accessLogSettings = $output(args.accessLogSettings).apply((logs) => ({
        destinationArn: logs?.destinationArn as string,
        format: accessLog,
      }));
      // For paths that are no route.
      args.defaultRouteSettings = {
        throttlingRateLimit: 100,
        throttlingBurstLimit: 200,
        detailedMetricsEnabled: false,
      };
      args.routeSettings = $output(allSettings);
      args.tags = tags;
    },
  },
});

const customers = api.addAuthorizer({
  name: "Customers",
  jwt: { issuer: issuer.properties.url, audiences: [issuer.properties.audience] },
});

/** Answers a route with a function: `route("POST /orders", "PlaceOrder", ordersApi, "orders")`. */
export const route = (
  path: `${"GET" | "POST"} /${string}`,
  name: string,
  fn: sst.aws.Function,
  door: keyof typeof doors = "signedIn",
) => {
  const { token, rate, burst } = doors[door];
  const auth = token ? { jwt: { authorizer: customers.id } } : undefined;
  const { nodes } = api.route(path, fn.arn, { name, ...(auth && { auth }) });
  settings.push({
    routeKey: nodes.route.apply(({ routeKey }) => routeKey),
    throttlingRateLimit: rate,
    throttlingBurstLimit: burst,
    detailedMetricsEnabled: false,
  });
};

alarm("ApiServerErrors", {
  context: "platform",
  because: "The API answers 5xx",
  metric: ["AWS/ApiGateway", "5xx"],
  dimensions: { ApiId: api.nodes.api.id },
  above: 0,
  minutes: 5,
});

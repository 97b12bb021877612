import { alarm } from "./observability.ts";
import "./patterns/link.ts";
import { origin } from "./stage.ts";

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

/** The shop's front door. Its routes stand with the functions that answer them. */
export const api = new sst.aws.ApiGatewayV2("Api", {
  cors: {
    allowOrigins: [origin],
    allowMethods: ["GET", "POST"],
    allowHeaders: ["authorization", "content-type", "idempotency-key"],
    exposeHeaders: ["location", "retry-after"],
    maxAge: "1 hour",
  },
  accessLog: { retention: "1 week" },
  transform: {
    api: { tags },
    logGroup: { tags },
    stage: (args) => {
      args.accessLogSettings = $output(args.accessLogSettings).apply((settings) => ({
        destinationArn: settings?.destinationArn as string,
        format: accessLog,
      }));
      args.defaultRouteSettings = {
        throttlingRateLimit: 100,
        throttlingBurstLimit: 200,
        detailedMetricsEnabled: false,
      };
      args.tags = tags;
    },
  },
});

/** Answers a route with a function: `route("POST /orders", "PlaceOrder", ordersApi)`. */
export const route = (path: `${"GET" | "POST"} /${string}`, name: string, fn: sst.aws.Function) =>
  api.route(path, fn.arn, { name });

alarm("ApiServerErrors", {
  context: "platform",
  because: "The API answers 5xx",
  metric: ["AWS/ApiGateway", "5xx"],
  dimensions: { ApiId: api.nodes.api.id },
  above: 0,
  minutes: 5,
});

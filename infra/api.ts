import { alarm } from "./observability.ts";
import "./patterns/link.ts";
import { origin } from "./stage.ts";

const tags = { context: "platform" };

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
    stage: {
      defaultRouteSettings: {
        throttlingRateLimit: 100,
        throttlingBurstLimit: 200,
        detailedMetricsEnabled: false,
      },
      tags,
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

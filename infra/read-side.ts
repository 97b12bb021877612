import { OrderPlacedV1 } from "../packages/events/src/orders.ts";
import { orderViewEvents } from "../services/read-side/src/domain/order-view.ts";
import { productViewEvents } from "../services/read-side/src/domain/product-view.ts";
import { salesEvents } from "../services/read-side/src/domain/sales.ts";
import { route } from "./api.ts";
import { issuer } from "./identity.ts";
import { findOrder } from "./orders.ts";
import { allow } from "./patterns/allow.ts";
import { consumer } from "./patterns/consumer.ts";
import { lambda } from "./patterns/lambda.ts";
import { scheduled } from "./patterns/schedule.ts";
import { subscribedQueue } from "./patterns/subscription.ts";
import { table } from "./patterns/table.ts";

const context = "read-side";

const views = table("ReadTable", { context, index: "byCustomer" });
const onViews = (...actions: `dynamodb:${string}`[]) => ({
  link: [views],
  permissions: [allow(views.arn, ...actions)],
});

// Orders as their customers see them
consumer("ProjectOrders", "read-side/project-orders", {
  // The first version of OrderPlaced comes from the archive only, when views are rebuilt.
  ...subscribedQueue("OrderViews", context, [OrderPlacedV1, ...orderViewEvents]),
  ...onViews("dynamodb:UpdateItem"),
});

// Products and how many of them there are
consumer("ProjectProducts", "read-side/project-products", {
  ...subscribedQueue("ProductViews", context, productViewEvents),
  ...onViews("dynamodb:UpdateItem"),
});

// What was sold and refunded, day by day
consumer("ProjectSales", "read-side/project-sales", {
  ...subscribedQueue("Sales", context, salesEvents),
  ...onViews("dynamodb:PutItem"),
});
scheduled("cron(15 0 * * ? *)", "ReportDailySales", "read-side/report-daily-sales", {
  ...onViews("dynamodb:Query", "dynamodb:PutItem"),
  timeout: 60,
});

// The API
const api = lambda("ReadSideApi", "read-side/api", {
  link: [views, findOrder, issuer],
  permissions: [
    allow(views.arn, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
    allow($interpolate`${views.arn}/index/byCustomer`, "dynamodb:Query"),
    allow(findOrder.arn, "lambda:InvokeFunction"),
  ],
});
route("GET /orders", "ListOrders", api);
route("GET /orders/{orderId}", "GetOrder", api);
route("GET /products", "ListProducts", api, "everyone");
route("GET /products/{productId}", "GetProduct", api, "everyone");
route("GET /reports/daily-sales", "GetDailySales", api);
route("GET /openapi.json", "GetOpenApi", api, "everyone");

import { orderViewEvents } from "../services/read-side/src/domain/order-view.ts";
import { productViewEvents } from "../services/read-side/src/domain/product-view.ts";
import { salesEvents } from "../services/read-side/src/domain/sales.ts";
import { route } from "./api.ts";
import { issuer } from "./identity.ts";
import { findOrder } from "./orders.ts";
import { allow } from "./patterns/allow.ts";
import { consumer } from "./patterns/consumer.ts";
import { lambda } from "./patterns/lambda.ts";
import { queueWithDlq } from "./patterns/queue.ts";
import { scheduled } from "./patterns/schedule.ts";
import { published, ruleToQueue } from "./patterns/subscription.ts";
import { table } from "./patterns/table.ts";

const context = "read-side";

const views = table("ReadTable", { context, index: "byCustomer" });
const onViews = (...actions: `dynamodb:${string}`[]) => ({
  link: [views],
  permissions: [allow(views.arn, ...actions)],
});

// Orders as their customers see them
const orderViews = queueWithDlq("OrderViewsQueue", context);
ruleToQueue("OrderViews", { context, on: published(...orderViewEvents), ...orderViews });
consumer("ProjectOrders", "read-side/project-orders", {
  queue: orderViews.queue,
  ...onViews("dynamodb:UpdateItem"),
});

// Products and how many of them there are
const productViews = queueWithDlq("ProductViewsQueue", context);
ruleToQueue("ProductViews", { context, on: published(...productViewEvents), ...productViews });
consumer("ProjectProducts", "read-side/project-products", {
  queue: productViews.queue,
  ...onViews("dynamodb:UpdateItem"),
});

// What was sold and refunded, day by day
const sales = queueWithDlq("SalesQueue", context);
ruleToQueue("Sales", { context, on: published(...salesEvents), ...sales });
consumer("ProjectSales", "read-side/project-sales", {
  queue: sales.queue,
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
route("GET /products", "ListProducts", api);
route("GET /products/{productId}", "GetProduct", api);
route("GET /reports/daily-sales", "GetDailySales", api);
route("GET /openapi.json", "GetOpenApi", api);

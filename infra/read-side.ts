import {
  ProductListed,
  ReservationExpired,
  StockAdjusted,
  StockReceived,
  StockRejected,
  StockReleased,
  StockReserved,
  StockReturned,
} from "../packages/events/src/inventory.ts";
import {
  CancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderNeedsAttention,
  OrderPlaced,
  OrderRejected,
} from "../packages/events/src/orders.ts";
import {
  PaymentAuthorized,
  PaymentCaptured,
  PaymentDeclined,
  PaymentRefunded,
  PaymentVoided,
} from "../packages/events/src/payments.ts";
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
const onViews = {
  link: [views],
  permissions: [
    allow(
      views.arn,
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:ConditionCheckItem",
    ),
  ],
};

// Orders as their customers see them
const orderViews = queueWithDlq("OrderViewsQueue", context);
ruleToQueue("OrderViews", {
  context,
  on: published(
    OrderPlaced,
    OrderConfirmed,
    OrderRejected,
    OrderCancelled,
    OrderNeedsAttention,
    CancellationRequested,
    StockReserved,
    StockRejected,
    PaymentAuthorized,
    PaymentDeclined,
    PaymentCaptured,
    PaymentVoided,
    PaymentRefunded,
  ),
  ...orderViews,
});
consumer("ProjectOrders", "read-side/project-orders", { queue: orderViews.queue, ...onViews });

// Products and how many of them there are
const productViews = queueWithDlq("ProductViewsQueue", context);
ruleToQueue("ProductViews", {
  context,
  on: published(
    ProductListed,
    StockReserved,
    StockReleased,
    ReservationExpired,
    StockReturned,
    StockReceived,
    StockAdjusted,
  ),
  ...productViews,
});
consumer("ProjectProducts", "read-side/project-products", {
  queue: productViews.queue,
  ...onViews,
});

// What was sold
const sales = queueWithDlq("SalesQueue", context);
ruleToQueue("Sales", { context, on: published(OrderConfirmed, OrderCancelled), ...sales });
consumer("ProjectSales", "read-side/project-sales", { queue: sales.queue, ...onViews });
scheduled("cron(15 0 * * ? *)", "ReportDailySales", "read-side/report-daily-sales", {
  ...onViews,
  timeout: 60,
  permissions: [...onViews.permissions, allow(views.arn, "dynamodb:Query")],
});

// The API
const api = lambda("ReadSideApi", "read-side/api", {
  link: [views, findOrder, issuer],
  permissions: [
    allow(
      [views.arn, $interpolate`${views.arn}/index/byCustomer`],
      "dynamodb:GetItem",
      "dynamodb:BatchGetItem",
      "dynamodb:Query",
    ),
    allow(findOrder.arn, "lambda:InvokeFunction"),
  ],
});
route("GET /orders", "ListOrders", api);
route("GET /orders/{orderId}", "GetOrder", api);
route("GET /products", "ListProducts", api);
route("GET /products/{productId}", "GetProduct", api);
route("GET /reports/daily-sales", "GetDailySales", api);
route("GET /openapi.json", "GetOpenApi", api);

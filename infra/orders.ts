import { NAMESPACE } from "../packages/core/src/measure.ts";
import { ProductListed } from "../packages/events/src/inventory.ts";
import {
  CancellationRequested,
  FulfilmentFailed,
  OrderPlaced,
  OrderPlacedV1,
  OrderResumed,
} from "../packages/events/src/orders.ts";
import { fulfilOrder } from "../services/orders/src/saga/fulfil-order.ts";
import { returnOrder } from "../services/orders/src/saga/return-order.ts";
import { route } from "./api.ts";
import { issuer } from "./identity.ts";
import { commitStock, releaseStock, reserveStock, returnStock } from "./inventory.ts";
import { alarm } from "./observability.ts";
import { allow, command } from "./patterns/allow.ts";
import { consumer } from "./patterns/consumer.ts";
import { lambda, step } from "./patterns/lambda.ts";
import { outbox } from "./patterns/outbox.ts";
import { every } from "./patterns/schedule.ts";
import { executionsOf, stateMachine } from "./patterns/state-machine.ts";
import { published, subscribedQueue, subscriber } from "./patterns/subscription.ts";
import { table } from "./patterns/table.ts";
import { authorizePayment, capturePayment, refundPayment, voidPayment } from "./payments.ts";

const context = "orders";

const orders = table("OrdersTable", { context, index: "open", expires: true });
const ordersOutbox = outbox("Orders", context);
const tables = { table: orders, outbox: ordersOutbox };
const names = [orders, ordersOutbox];

/** Every step of a saga and every decision about an order: one conditional update. */
const onOrder = {
  link: names,
  permissions: command(tables, "dynamodb:GetItem", "dynamodb:UpdateItem"),
};

// The API
const api = lambda("OrdersApi", "orders/api", {
  link: [...names, issuer],
  permissions: command(
    tables,
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
  ),
});
route("POST /orders", "PlaceOrder", api, "orders");
route("POST /orders/{orderId}/cancel", "CancelOrder", api);
route("POST /orders/{orderId}/resume", "ResumeOrder", api);
route("POST /orders/{orderId}/close", "CloseOrder", api);

export const findOrder = lambda("FindOrder", "orders/find-order", {
  link: [orders],
  permissions: [allow(orders.arn, "dynamodb:GetItem")],
});

// The sagas: the steps of this context, and the machines that walk the ladders
const markNeedsAttention = step("MarkNeedsAttention", "orders/mark-needs-attention", onOrder);

const fulfilment = stateMachine(fulfilOrder, {
  context,
  steps: {
    RejectOrder: step("RejectOrder", "orders/reject-order", onOrder),
    ReserveStock: reserveStock,
    ReleaseStock: releaseStock,
    AuthorizePayment: authorizePayment,
    VoidPayment: voidPayment,
    ConfirmOrder: step("ConfirmOrder", "orders/confirm-order", { ...onOrder, refuses: true }),
    AbandonOrder: step("AbandonOrder", "orders/abandon-order", onOrder),
    CapturePayment: capturePayment,
    CommitStock: commitStock,
    GiveUpOrder: step("GiveUpOrder", "orders/give-up-order", onOrder),
    MarkNeedsAttention: markNeedsAttention,
  },
});
// More was accepted than can be done, or what is asked answers slowly.
alarm("FulfilOrderSlow", {
  context,
  because: "Half of the orders take more than a minute",
  metric: ["AWS/States", "ExecutionTime"],
  dimensions: { StateMachineArn: fulfilment.arn },
  statistic: "p50",
  above: 60_000,
  minutes: 5,
});
const cancellation = stateMachine(returnOrder, {
  context,
  steps: {
    RefundPayment: refundPayment,
    ReturnStock: returnStock,
    CloseOrder: step("CloseOrder", "orders/close-order", onOrder),
    MarkNeedsAttention: markNeedsAttention,
  },
});

subscriber("StartFulfilment", "orders/start-fulfilment", {
  on: published([OrderPlacedV1, OrderPlaced, OrderResumed]),
  link: [orders, fulfilment],
  permissions: [
    allow(orders.arn, "dynamodb:GetItem"),
    allow(fulfilment.arn, "states:StartExecution"),
  ],
});
subscriber("StartCancellation", "orders/start-cancellation", {
  on: published([CancellationRequested, FulfilmentFailed, OrderResumed]),
  link: [orders, cancellation],
  permissions: [
    allow(orders.arn, "dynamodb:GetItem"),
    allow(cancellation.arn, "states:StartExecution"),
  ],
});

// What an execution left that ended early, and orders that make no progress
const startAgain = allow([fulfilment.arn, cancellation.arn], "states:StartExecution");
const lookAt = allow(
  [executionsOf(fulfilOrder.name), executionsOf(returnOrder.name)],
  "states:DescribeExecution",
);

subscriber("RecoverSaga", "orders/recover-saga", {
  // Step Functions tells this to the account's default bus, not to ours.
  on: {
    pattern: {
      source: ["aws.states"],
      "detail-type": ["Step Functions Execution Status Change"],
      detail: {
        status: ["FAILED", "TIMED_OUT", "ABORTED"],
        stateMachineArn: [fulfilment.arn, cancellation.arn],
      },
    },
    part: "$.detail.executionArn",
  },
  link: [...names, fulfilment, cancellation],
  permissions: [...onOrder.permissions, startAgain, lookAt],
});
const sweepSagas = every("5 minutes", "SweepSagas", "orders/sweep-sagas", {
  link: [...names, fulfilment, cancellation],
  timeout: 60,
  permissions: [
    ...onOrder.permissions,
    allow(orders.arn, "dynamodb:BatchGetItem"),
    allow($interpolate`${orders.arn}/index/open`, "dynamodb:Query"),
    startAgain,
    allow([fulfilment.arn, cancellation.arn], "states:ListExecutions"),
    lookAt,
  ],
});

// An order that does not end rings here, whatever the cause. The sweeper measures it: when the sweeper is silent, that rings, too.
alarm("OldestOpenOrder", {
  context,
  because: "An order has been open for more than half an hour, or nobody looks any more",
  metric: [NAMESPACE, "OldestOpenOrder"],
  dimensions: { FunctionName: sweepSagas.name },
  statistic: "Maximum",
  above: 1800,
  minutes: 5,
  of: [2, 3],
  always: true,
});

// For who compares books, and gives an order back into the hands of its saga
export const ordersBooks = lambda("OrdersStateBooks", "orders/state-books", {
  link: [orders, fulfilment, cancellation],
  timeout: 30,
  permissions: [
    allow(orders.arn, "dynamodb:Scan", "dynamodb:GetItem", "dynamodb:BatchGetItem"),
    lookAt,
  ],
});
export const lookAfterOrder = lambda("LookAfterOrder", "orders/look-after-order", {
  link: [...names, fulfilment, cancellation],
  permissions: [...onOrder.permissions, startAgain, lookAt],
});

// The price list, a copy of the catalogue's
consumer("UpdatePrices", "orders/update-prices", {
  ...subscribedQueue("Prices", context, [ProductListed]),
  link: [orders],
  permissions: [allow(orders.arn, "dynamodb:PutItem")],
});

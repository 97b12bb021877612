import { NAMESPACE } from "../packages/core/src/measure.ts";
import { route } from "./api.ts";
import { bus } from "./events.ts";
import { issuer } from "./identity.ts";
import { inventoryBooks, releaseStock } from "./inventory.ts";
import { alarm } from "./observability.ts";
import { lookAfterOrder, ordersBooks } from "./orders.ts";
import { allow } from "./patterns/allow.ts";
import { lambda } from "./patterns/lambda.ts";
import { scheduled } from "./patterns/schedule.ts";
import { table } from "./patterns/table.ts";
import { hearProvider, paymentsBooks, voidPayment } from "./payments.ts";

const context = "reconciliation";

const nights = table("ReconciliationTable", { context, expires: true });

// It asks every context for its books, and gives the commands that cure.
const asked = [
  ...[ordersBooks, paymentsBooks, inventoryBooks],
  ...[lookAfterOrder, voidPayment, releaseStock, hearProvider],
];

// The first run of a night looks, and a later one looks again at what it suspects. The others go on where time was short.
const reconcile = scheduled("cron(0/5 2-4 * * ? *)", "Reconcile", "reconciliation/reconcile", {
  link: [nights, bus, ...asked],
  timeout: 60,
  permissions: [
    allow(
      nights.arn,
      "dynamodb:GetItem",
      "dynamodb:Query",
      "dynamodb:PutItem",
      "dynamodb:DeleteItem",
    ),
    allow(
      asked.map(({ arn }) => arn),
      "lambda:InvokeFunction",
    ),
    allow(bus.arn, "events:PutEvents"),
  ],
});

alarm("Differences", {
  context,
  because: "Books differ, or were not compared for a day",
  metric: [NAMESPACE, "Differences"],
  dimensions: { FunctionName: reconcile.name },
  statistic: "Maximum",
  above: 0,
  minutes: 1440,
  always: true,
});

const api = lambda("ReconciliationApi", "reconciliation/api", {
  link: [nights, issuer],
  permissions: [allow(nights.arn, "dynamodb:GetItem", "dynamodb:Query")],
});
route("GET /reports/reconciliation", "GetReconciliation", api);

import { route } from "./api.ts";
import { issuer } from "./identity.ts";
import { allow, command } from "./patterns/allow.ts";
import { lambda } from "./patterns/lambda.ts";
import { outbox } from "./patterns/outbox.ts";
import { every } from "./patterns/schedule.ts";
import { table } from "./patterns/table.ts";

const context = "inventory";

const stock = table("InventoryTable", { context, index: "held" });
const stockOutbox = outbox("Inventory", context);

const onStock = {
  link: [stock, stockOutbox],
  permissions: command(
    { table: stock, outbox: stockOutbox },
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:ConditionCheckItem",
  ),
};

export const reserveStock = lambda("ReserveStock", "inventory/reserve-stock", onStock);
export const commitStock = lambda("CommitStock", "inventory/commit-stock", onStock);
export const releaseStock = lambda("ReleaseStock", "inventory/release-stock", onStock);
export const returnStock = lambda("ReturnStock", "inventory/return-stock", onStock);

lambda("ListProduct", "inventory/list-product", onStock);

every("1 minute", "SweepReservations", "inventory/sweep-reservations", {
  ...onStock,
  timeout: 30,
  permissions: [
    ...onStock.permissions,
    allow($interpolate`${stock.arn}/index/held`, "dynamodb:Query"),
  ],
});

const api = lambda("InventoryApi", "inventory/api", {
  ...onStock,
  link: [...onStock.link, issuer],
});
route("POST /stock/receipts", "ReceiveStock", api);
route("POST /stock/adjustments", "AdjustStock", api);

import { route } from "./api.ts";
import { issuer } from "./identity.ts";
import { allow, command } from "./patterns/allow.ts";
import { lambda, step } from "./patterns/lambda.ts";
import { outbox } from "./patterns/outbox.ts";
import { every } from "./patterns/schedule.ts";
import { table } from "./patterns/table.ts";

const context = "inventory";

const stock = table("InventoryTable", { context, index: "held" });
const stockOutbox = outbox("Inventory", context);
const tables = { table: stock, outbox: stockOutbox };
const names = [stock, stockOutbox];

/** A reservation and the stock items of its lines: read together, written together. */
const onStock = {
  link: names,
  permissions: command(tables, "dynamodb:BatchGetItem", "dynamodb:PutItem"),
};

export const reserveStock = step("ReserveStock", "inventory/reserve-stock", {
  ...onStock,
  refuses: true,
});
export const commitStock = step("CommitStock", "inventory/commit-stock", onStock);
export const releaseStock = step("ReleaseStock", "inventory/release-stock", onStock);
export const returnStock = step("ReturnStock", "inventory/return-stock", onStock);

/** For who compares books. */
export const inventoryBooks = lambda("InventoryStateBooks", "inventory/state-books", {
  link: [stock],
  timeout: 30,
  permissions: [allow(stock.arn, "dynamodb:Scan", "dynamodb:BatchGetItem")],
});

every("1 minute", "SweepReservations", "inventory/sweep-reservations", {
  ...onStock,
  timeout: 50,
  permissions: [
    ...onStock.permissions,
    allow($interpolate`${stock.arn}/index/held`, "dynamodb:Query"),
  ],
});

// The administrators' side: what is on offer, and how much of it there is
export const listProduct = lambda("ListProduct", "inventory/list-product", {
  link: names,
  permissions: command(tables, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
});

const api = lambda("InventoryApi", "inventory/api", { ...onStock, link: [...names, issuer] });
route("POST /stock/receipts", "ReceiveStock", api);
route("POST /stock/adjustments", "AdjustStock", api);

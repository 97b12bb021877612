import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type ShopProcess, startShopProcess } from "../shop-process.ts";

let shop: ShopProcess | undefined;
afterAll(() => shop?.stop());

/** The graph in which the orders' API may not write its outbox. */
const graphWithoutGrant = () => {
  const graph = JSON.parse(readFileSync("infra/graph.json", "utf8"));
  const role = graph.resources.find(({ name }: { name: string }) => name === "OrdersApiRole");
  for (const inline of role.inputs.inlinePolicies) {
    const policy = JSON.parse(inline.policy);
    policy.Statement = policy.Statement.filter(
      ({ Resource }: { Resource: string | string[] }) =>
        ![Resource].flat().join().includes("OrdersOutbox"),
    );
    inline.policy = JSON.stringify(policy);
  }
  const file = join(mkdtempSync(join(tmpdir(), "graph-")), "graph.json");
  writeFileSync(file, JSON.stringify(graph));
  return file;
};

test("a denial stands on the terminal once, with the statement and the file of infra/ where it is missing", async () => {
  shop = startShopProcess({ options: ["--graph", graphWithoutGrant()] });
  const { api, accounts } = await shop.ready;
  const place = (key: string) =>
    fetch(`${api}/orders`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${accounts.alice?.token}`,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      body: JSON.stringify({
        lines: [{ productId: "prd_hay", quantity: 1 }],
        paymentToken: "tok_approve",
      }),
    });
  for (const key of ["first", "second"]) expect((await place(key)).status).toBe(500);

  const outbox = "arn:aws:dynamodb:us-east-1:123456789012:table/petstore-local-OrdersOutboxTable";
  const told = shop
    .stderr()
    .split("\n")
    .filter((line) => line.startsWith("Denied:"));
  expect(told).toEqual([
    `Denied: petstore-local-OrdersApiFunction may not dynamodb:PutItem on ${outbox}. Missing in infra/orders.ts (OrdersApi): {"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"${outbox}"}`,
  ]);
});

import { expect, test } from "vitest";
import { by, spoil } from "../spoil.ts";
import { virtualShop } from "../virtual-shop.ts";

test("to settle is to wait for what Lambda tries again, a minute later and two more", async () => {
  const shop = await virtualShop();
  // The function that begins sagas fails twice, and nothing else is on its way meanwhile.
  const outage = spoil(shop.local, by("StartFulfilment"), "is lost");
  const orderId = await shop.order();
  await shop.clock.advance(70_000);
  outage.stop();
  await shop.settle();
  expect(outage.spoilt.length).toBeGreaterThan(1);
  expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
  expect(await shop.broken()).toEqual([]);
  await shop.local.stop();
});

test("what a handler throws is in the log of its function, at level ERROR", async () => {
  const shop = await virtualShop();
  const lines: { level: string; message: Record<string, unknown> }[] = [];
  shop.local.cloud.observe((fact) => {
    if (fact.kind === "log" && String(fact.function).endsWith("-ReserveStockFunction"))
      lines.push(JSON.parse(String(fact.line)));
  });
  const thousand = { productId: "prd_parrot", quantity: 2 };
  expect((await shop.place({ lines: [thousand] })).status).toBe(202);
  await shop.settle();
  expect(lines).toMatchObject([
    {
      level: "ERROR",
      message: { errorType: "Refused", errorMessage: expect.stringMatching(/^OutOfStock: /) },
    },
  ]);
  await shop.local.stop();
});

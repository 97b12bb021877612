import { expect, test } from "vitest";
import { virtualShop } from "../virtual-shop.ts";

test("the shop's first order waits for its functions to start, and the first one after a pause", async () => {
  const { clock, local, place, read } = await virtualShop({ coldStarts: true });
  const confirmed = async () => {
    const began = clock.now();
    const answer = await place({ lines: [{ productId: "prd_collar", quantity: 1 }] });
    const { orderId } = answer.json() as { orderId: string };
    const accepted = clock.now() - began;
    while ((await read(orderId)).status !== "CONFIRMED") await clock.advance(50);
    return { accepted, ms: clock.now() - began };
  };
  const first = await confirmed();
  const second = await confirmed();
  expect(first.accepted).toBeGreaterThan(200);
  expect(second.accepted).toBeLessThan(200);
  expect(first.ms).toBeGreaterThan(second.ms + 1000);
  await clock.advance(20 * 60_000);
  expect((await confirmed()).accepted).toBeGreaterThan(200);
  await local.stop();
});

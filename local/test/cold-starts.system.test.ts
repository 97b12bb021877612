import { virtualClock } from "emulator/kernel/clock";
import { driverOf } from "emulator/kernel/drive";
import { expect, test } from "vitest";
import { openShop } from "../open.ts";

test("the shop's first order waits for its functions to start, and the first one after a pause", async () => {
  const clock = virtualClock();
  const drive = driverOf(clock);
  const local = await drive(openShop({ clock, runtime: "inline", coldStarts: true }));
  let key = 0;
  const confirmed = async () => {
    key += 1;
    const began = clock.now();
    const answer = await drive(
      local.api({
        method: "POST",
        path: "/orders",
        as: "alice",
        headers: { "idempotency-key": `order-number-${key}` },
        body: { lines: [{ productId: "prd_collar", quantity: 1 }], paymentToken: "tok_approve" },
      }),
    );
    const { orderId } = answer.json() as { orderId: string };
    const accepted = clock.now() - began;
    const read = async () => {
      const answer = await drive(local.api({ path: `/orders/${orderId}`, as: "alice" }));
      return answer.json() as { status: unknown };
    };
    while ((await read()).status !== "CONFIRMED") await clock.advance(50);
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

import { expect, test } from "vitest";
import { judge } from "../judge/judge.ts";
import { virtualShop } from "../virtual-shop.ts";

const isHeld = (message: unknown) => (message as { holder?: string }).holder !== undefined;

test("F67 a shop that starts anew 50 times while its pollers hold messages gives them back, and none of them dies of that", async () => {
  const { clock, local, place, settle, books } = await virtualShop();
  const losses: unknown[] = [];
  const { cloud } = local;
  cloud.observe((fact) => {
    if (/denied|dead-?letter|dropped|lost/.test(fact.kind)) losses.push(fact);
  });
  // Functions take no time of the clock: let their invocations wait a moment, so that messages are held.
  cloud.guard(async (call, next) => {
    if (call.operation === "Invoke" && call.caller.name.startsWith("mapping:"))
      await new Promise<void>((resolve) => clock.after(40, "wait", resolve));
    return next(call);
  });
  const messages = cloud.keeper.parts.get("sqs.messages");
  const held = () => [...(messages?.keys() ?? [])].filter((id) => isHeld(messages?.get(id)));
  for (let i = 0; i < 5; i++)
    expect((await place({ lines: [{ productId: "prd_collar", quantity: 1 }] })).status).toBe(202);
  let most = 0;
  for (let i = 0; i < 50; i++) {
    expect(await clock.runUntil(() => held().length > i % 3, 3000)).toBe(true);
    most = Math.max(most, held().length);
    await cloud.restart(() => {});
  }
  expect(most).toBeGreaterThan(2);
  await settle();
  expect(losses).toEqual([]);
  expect(held()).toEqual([]);
  expect(judge(await books())).toEqual([]);
  await local.stop();
});

import { expect, test } from "vitest";
import { judge } from "../judge/judge.ts";
import { virtualShop } from "../virtual-shop.ts";

test("a shop that starts anew while its pollers hold messages gives them back, and nobody is denied that", async () => {
  const { clock, local, place, settle, books } = await virtualShop();
  const denials: unknown[] = [];
  const { cloud } = local;
  cloud.observe((fact) => fact.kind === "iam.denied" && denials.push(fact));
  // Functions take no time of the clock: let their invocations wait a moment, so that messages are held.
  cloud.guard(async (call, next) => {
    if (call.operation === "Invoke" && call.caller.name.startsWith("mapping:"))
      await new Promise<void>((resolve) => clock.after(40, "wait", resolve));
    return next(call);
  });
  const held = () => [...(cloud.keeper.parts.get("lambda.receipts")?.keys() ?? [])];
  for (let i = 0; i < 10; i++) {
    expect((await place({ lines: [{ productId: "prd_collar", quantity: 1 }] })).status).toBe(202);
    expect(await clock.runUntil(() => held().length > i % 3, 3000)).toBe(true);
    await cloud.restart(() => {});
    await clock.advance(5000);
  }
  await settle();
  expect(denials).toEqual([]);
  expect(held()).toEqual([]);
  expect(judge(await books())).toEqual([]);
  await local.stop();
});

import { namedChance } from "emulator/kernel/chance";
import { expect, it } from "vitest";
import { faults } from "../spoil.ts";
import { virtualShop } from "../virtual-shop.ts";

/** Which customer's request it is, by the name of their order in the story. */
const CUSTOMERS = ["alice", "bob", "carol", "alice", "bob"];

/** Five orders, a minute after the other; where it is said, calls of the saga of the third are lost. */
const story = async (spoilt: boolean) => {
  const shop = await virtualShop({ seed: 11, latencies: "usual", coldStarts: true, trace: {} });
  const { cloud } = shop.local;
  const told = new Map<string, string[]>();
  const ids: string[] = [];
  const workload = namedChance(11, "workload");
  const lost = { left: 0 };
  cloud.guard((call, next) => {
    if (lost.left === 0 || call.service !== "dynamodb" || !/Inventory/i.test(call.caller.name))
      return next(call);
    lost.left -= 1;
    return faults["is lost"]();
  });
  for (const [i, as] of CUSTOMERS.entries()) {
    const quantity = 1 + Math.floor(workload.draw() * 2);
    const answer = await shop.place({ as, lines: [{ productId: "prd_hay", quantity }] });
    const { orderId } = answer.json() as { orderId: string };
    ids.push(orderId);
    if (i === 2 && spoilt) lost.left = 3;
    await shop.clock.advance(5_000 - (shop.clock.now() % 5_000));
  }
  await shop.settle();
  for (const id of ids)
    told.set(
      id,
      cloud.trace
        .entries(0, Number.POSITIVE_INFINITY)
        .filter(({ kind }) => kind === "call" || kind === "answer" || kind === "item")
        .filter((entry) => JSON.stringify(entry).includes(id))
        .map(({ at, kind, caller, operation }) => JSON.stringify([at, kind, caller, operation])),
    );
  await shop.local.stop();
  return { ids, told };
};

it("a fault that is taken away leaves orders that it did not concern as they were: ids, times, calls", async () => {
  const [calm, spoilt] = [await story(false), await story(true)];
  expect(spoilt.ids).toEqual(calm.ids);
  const same = calm.ids.map(
    (id) => JSON.stringify(spoilt.told.get(id)) === JSON.stringify(calm.told.get(id)),
  );
  expect(same).toEqual([true, true, false, true, true]);
});

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Control } from "../control/command.ts";
import { createControl } from "../control/control.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

let shop: VirtualShop;
let control: Control;
beforeEach(async () => {
  shop = await virtualShop({ trace: {} });
  control = createControl(shop.local);
});
afterEach(() => shop?.local.stop());

const SECOND = 1_000;
const say = (line: string) => shop.drive(control.say(line));
const off = async () => {
  const names = new Set<string>();
  for (const { name, isOn } of control.switches) if (!(await isOn())) names.add(name);
  return [...names].sort();
};
const armed = () => control.faults.list().map(({ what }) => what);

const relays = ["InventoryRelayOutbox", "OrdersRelayOutbox", "PaymentsRelayOutbox"];

describe("a pause of several", () => {
  it("is one of the others when one is resumed, and says which remain", async () => {
    await say("pause relay");
    const { said, next } = await say("resume relay orders");
    expect(said).toBe("OrdersRelayOutbox goes on.");
    expect(next).toMatch(/RelayOutbox, \w+RelayOutbox stay paused\.$/);
    expect(await off()).toEqual(["InventoryRelayOutbox", "PaymentsRelayOutbox"]);
    expect(armed()).toEqual([expect.stringMatching(/^(?!.*Orders).*, .* paused\.$/)]);
    await say("resume inventory relay");
    await say("resume relay payments");
    expect(await off()).toEqual([]);
    expect(armed()).toEqual([]);
  });

  it("goes on when a shorter one of one of them ends, and the answer says so", async () => {
    await say("pause relay for 1m");
    const { said } = await say("pause relay orders for 1s");
    expect(said).toBe(
      "OrdersRelayOutbox paused, for 1 s at most. What was said before holds OrdersRelayOutbox for longer.",
    );
    await shop.clock.advance(10 * SECOND);
    expect(await off()).toEqual(relays);
    await shop.clock.advance(60 * SECOND);
    expect(await off()).toEqual([]);
  });

  it("ends, and a longer one of one of them goes on", async () => {
    await say("pause relay for 10s");
    await say("pause relay orders for 1m");
    await shop.clock.advance(20 * SECOND);
    expect(await off()).toEqual(["OrdersRelayOutbox"]);
    await shop.clock.advance(60 * SECOND);
    expect(await off()).toEqual([]);
  });

  it("that is said again begins anew", async () => {
    await say("pause relay for 5m");
    await say("pause relay for 10s");
    expect(armed()).toHaveLength(1);
    await shop.clock.advance(11 * SECOND);
    expect(await off()).toEqual([]);
  });

  it("leaves what the provider's silence holds, and is left by it", async () => {
    await say("silence provider for 10s");
    await say("pause webhooks for 1m");
    await shop.clock.advance(20 * SECOND);
    expect(await off()).toEqual(["DeliverWebhook"]);
    await say("silence provider for 5m");
    await say("resume webhooks");
    expect(await off()).toEqual([]);
    await say("restore provider");
    expect(await off()).toEqual([]);
  });

  it("leaves alone what somebody else has switched", async () => {
    const sweeper = control.switches.find(({ kind }) => kind === "schedule");
    await sweeper?.set(false);
    await say("pause relay");
    await say("resume relay");
    expect(await off()).toEqual([sweeper?.name]);
  });
});

describe("whatever is paused and resumed, in whatever order", () => {
  const groups: Record<string, string[]> = {
    relay: relays,
    "relay orders": ["OrdersRelayOutbox"],
    "relay payments": ["PaymentsRelayOutbox"],
    PaymentsRelayOutbox: ["PaymentsRelayOutbox"],
    webhooks: ["DeliverWebhook"],
  };
  const thing = fc.constantFrom(...Object.keys(groups));
  const seconds = fc.integer({ min: 1, max: 20 });
  const act = fc.oneof(
    fc.record({ say: fc.constant("pause"), thing, seconds }),
    fc.record({ say: fc.constant("resume"), thing }),
    fc.record({ say: fc.constant("silence"), seconds }),
    fc.record({ say: fc.constant("wait"), seconds }),
  ) as fc.Arbitrary<{ say: string; thing?: string; seconds?: number }>;

  type Hold = { names: Set<string>; until: number; isSilence: boolean };
  const same = (one: Set<string>, other: Set<string>) =>
    [...one].sort().join() === [...other].sort().join();

  it("a switch is off as long as something holds it, and no longer", async () => {
    const story = async (acts: { say: string; thing?: string; seconds?: number }[]) => {
      await say("restore all");
      let holds: Hold[] = [];
      for (const { say: verb, thing = "", seconds = 0 } of acts) {
        const names = new Set(verb === "silence" ? ["DeliverWebhook"] : groups[thing]);
        const isSilence = verb === "silence";
        if (verb === "wait") await shop.clock.advance(seconds * SECOND);
        else if (verb === "resume") await say(`resume ${thing}`);
        else await say(`${verb} ${isSilence ? "provider" : thing} for ${seconds}s`);
        const now = shop.clock.now();
        if (verb === "resume")
          for (const one of holds) for (const name of names) one.names.delete(name);
        if (verb === "pause" || isSilence) {
          const isReplaced = (one: Hold) =>
            one.isSilence === isSilence && (isSilence || same(one.names, names));
          holds = holds.filter((one) => !isReplaced(one));
          holds.push({ names, until: now + seconds * SECOND, isSilence });
        }
        holds = holds.filter(
          ({ until, names, isSilence }) => until > now && (isSilence || names.size > 0),
        );
        const expected = [...new Set(holds.flatMap(({ names }) => [...names]))].sort();
        expect(await off()).toEqual(expected);
        expect(armed()).toHaveLength(holds.length);
        for (const { names, isSilence } of holds)
          if (!isSilence)
            expect(
              armed().map((what) => what.replace(" paused.", "").split(", ").sort()),
            ).toContainEqual([...names].sort());
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(act, { maxLength: 12 }), story), { numRuns: 40 });
  });
});

import { fingerprintOf } from "emulator/kernel/fingerprint";
import { expect, it } from "vitest";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { unavailable } from "./faults/errors.ts";

/** The provider does not answer the first so many of what it is asked. */
const silence = ({ local: { cloud } }: VirtualShop, times: number) => {
  let left = times;
  cloud.guard(
    (call, next) => {
      const isAsked = call.service === "http" && String(call.input.url).includes("ProviderApi");
      return isAsked && left-- > 0 ? Promise.reject(unavailable()) : next(call);
    },
    { acts: true },
  );
};

/** A shop that is closed while the provider is silent: circuits are broken in its functions. */
const leave = async () => {
  const shop = await virtualShop({ seed: 3 });
  silence(shop, Number.POSITIVE_INFINITY);
  await shop.order();
  await shop.clock.advance(60_000);
  await shop.local.stop();
};

/** An order whose payment is answered at the fourth time, which is within what a circuit puts up with. */
const story = async (handOn: boolean) => {
  const shop = await virtualShop({ seed: 4, handOn, trace: {} });
  const print = fingerprintOf(shop.local.cloud.trace);
  silence(shop, 3);
  await shop.order();
  await shop.settle();
  const hash = print.end();
  await shop.local.stop();
  return hash;
};

it("a seed is the same story in functions that other shops have left as in functions whose code has just been run", async () => {
  const fresh = await story(false);
  await leave();
  expect(await story(true)).toBe(fresh);
  expect(await story(true)).toBe(fresh);
});

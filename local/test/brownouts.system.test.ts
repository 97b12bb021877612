import { AwsError, type Call } from "emulator/kernel/engine";
import { afterEach, describe, expect, it } from "vitest";
import { by, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let shop: VirtualShop;
const open = async (seed = 1) => {
  shop = await virtualShop({ seed });
};
afterEach(() => shop?.local.stop());

/** For so long, AWS answers so to every call that matches. */
const brownout = (ms: number, matches: (call: Call) => boolean, answer: (call: Call) => never) => {
  const until = shop.clock.now() + ms;
  let refused = 0;
  shop.local.cloud.guard((call, next) => {
    if (shop.clock.now() > until || !matches(call)) return next(call);
    refused += 1;
    return answer(call);
  });
  return () => refused;
};
const place = async (count: number, card?: string) => {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push(await shop.order(card));
  return ids;
};
const statusesOf = (ids: string[]) =>
  Promise.all(ids.map(async (id) => (await shop.read(id)).status));
const STEP = /(ReserveStock|AuthorizePayment|ConfirmOrder|CapturePayment|CommitStock)Function$/;

describe("F68 I18 a brownout", () => {
  it("of Lambda, which answers 429 for half a minute, loses none of forty orders", async () => {
    await open();
    const refused = brownout(
      30 * SECOND,
      ({ operation, caller }) => operation === "Invoke" && caller.name.endsWith("-FulfilOrder"),
      () => {
        throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
      },
    );
    const ids = await place(40);
    await shop.settle();
    expect(refused()).toBeGreaterThan(40);
    expect(await statusesOf(ids)).toEqual(Array(40).fill("CONFIRMED"));
    expect(await shop.broken()).toEqual([]);
  });

  it("of DynamoDB, which throttles for a minute, loses none of forty orders", async () => {
    await open();
    const refused = brownout(
      60 * SECOND,
      ({ service, caller }) => service === "dynamodb" && STEP.test(caller.name),
      ({ operation }) => {
        if (operation !== "TransactWriteItems")
          throw new AwsError("ProvisionedThroughputExceededException", "Slow down", 400);
        const CancellationReasons = [{ Code: "ThrottlingError" }, { Code: "None" }];
        throw new AwsError("TransactionCanceledException", "Cancelled", 400, {
          CancellationReasons,
        });
      },
    );
    const ids = await place(40);
    await shop.settle();
    expect(refused()).toBeGreaterThan(40);
    expect(await statusesOf(ids)).toEqual(Array(40).fill("CONFIRMED"));
    expect(await shop.broken()).toEqual([]);
  });

  it.each([1, 2, 3])(
    "F60 of the payment provider, of twenty minutes, is outlived by every order (seed %i)",
    async (seed) => {
      await open(seed);
      brownout(20 * MINUTE, by("ProviderApi"), () => {
        throw new AwsError("InternalServerError", "The provider is out", 500);
      });
      const good = [...(await place(4)), ...(await place(2, "tok_late"))];
      const declined = await place(2, "tok_decline");
      await shop.clock.advance(19 * MINUTE);
      expect(await statusesOf([...good, ...declined])).toEqual(Array(8).fill("PENDING"));
      await shop.settle();
      expect(await statusesOf(good)).toEqual(Array(6).fill("CONFIRMED"));
      expect(await statusesOf(declined)).toEqual(["REJECTED", "REJECTED"]);
      expect(await shop.broken()).toEqual([]);
    },
  );
});

describe("a defect of ours before the pivot", () => {
  it.each(["TypeError", "ValidationException", "Runtime.ExitError"])(
    "(%s) is given up within half a minute: nothing is held, and the customer knows",
    async (errorType) => {
      await open();
      const { spoilt } = spoil(
        shop.local,
        ({ operation, input }) =>
          operation === "Invoke" && input.FunctionName.includes("AuthorizePayment"),
        () => {
          const failure = { errorType, errorMessage: "x is not a function", trace: [] };
          const Payload = Buffer.from(JSON.stringify(failure)).toString("base64");
          return Promise.resolve({ StatusCode: 200, FunctionError: "Unhandled", Payload });
        },
      );
      const orderId = await shop.order();
      await shop.clock.advance(35 * SECOND);
      expect(await shop.read(orderId)).toMatchObject({
        status: "REJECTED",
        reason: { code: "Failed" },
      });
      expect(spoilt).toHaveLength(6);
      await shop.settle();
      expect(await shop.broken()).toEqual([]);
    },
  );
});

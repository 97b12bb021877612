import type { Call } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Payment, statementOf } from "../../services/payment-provider/src/domain/payment.ts";
import { hear, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { untilAttention } from "./long-waits.ts";

const MINUTE = 60_000;

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

/** The call of a step's function by a saga. */
const isCallOf =
  (step: string) =>
  ({ operation, caller, input }: Call) =>
    operation === "Invoke" &&
    /-(Fulfil|Return)Order$/.test(caller.name) &&
    input.FunctionName.endsWith(`-${step}Function`);
const fails = (errorType: string) => {
  const failure = JSON.stringify({ errorType, errorMessage: "Broken: it is.", trace: [] });
  const Payload = Buffer.from(failure).toString("base64");
  return Promise.resolve({ StatusCode: 200, FunctionError: "Unhandled", Payload });
};
/** From now on, a step's function is out. Answers how to mend it. */
const breaks = (step: string, errorType = "TypeError") =>
  spoil(shop.local, isCallOf(step), () => fails(errorType)).stop;
/** All bales of hay that can be had. */
const ALL = 400;
const hayLeft = async () =>
  (await shop.books()).stock.find(({ productId }) => productId === "prd_hay")?.available;
const atProvider = async (orderId: string) => {
  const { provider } = await shop.books();
  const payment = provider.get(orderId.replace("ord_", "pay_")) as Payment | undefined;
  return payment && statementOf(payment, shop.clock.now()).status;
};

describe("F29 an order that turns back", () => {
  it("has its money back first: until then its goods stay held", async () => {
    const mend = breaks("VoidPayment");
    const orderId = await shop.order("tok_late");
    await shop.clock.advance(10_000);
    await shop.cancel(orderId);
    await shop.clock.advance(10 * MINUTE);
    expect([await hayLeft(), await atProvider(orderId)]).toEqual([ALL - 1, "authorized"]);
    mend();
    await shop.settle();
    expect([await hayLeft(), await atProvider(orderId)]).toEqual([ALL, "voided"]);
    expect(await shop.broken()).toEqual([]);
  });

  it("has its goods back next, and its customer is told only then", async () => {
    const mend = breaks("ReleaseStock");
    const orderId = await shop.order("tok_decline");
    await shop.clock.advance(10 * MINUTE);
    expect(await shop.read(orderId)).toMatchObject({ status: "PENDING" });
    mend();
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "REJECTED" });
    expect(await shop.broken()).toEqual([]);
  });

  it.each(["ReserveStock", "AuthorizePayment"])(
    "at its %s, which was done although nobody heard of it, has that undone as well",
    async (step) => {
      let calls = 0;
      spoil(shop.local, isCallOf(step), async (call, next) => {
        calls += 1;
        if (calls === 1) await next(call);
        return fails("TypeError");
      });
      const orderId = await shop.order("tok_late");
      await shop.clock.advance(40 * MINUTE); // long before what is held expires
      expect(calls).toBe(6);
      expect(await shop.read(orderId)).toMatchObject({ status: "REJECTED" });
      expect(await hayLeft()).toBe(ALL);
      expect(await atProvider(orderId)).toBe(step === "ReserveStock" ? undefined : "voided");
      expect(await shop.broken()).toEqual([]);
    },
  );
});

describe("I7 a saga that cannot go back, either", () => {
  const stuck = async (order: () => Promise<string>) => {
    const told = hear(shop.local, ({ operation }) => operation === "PutEvents");
    const orderId = await order();
    await untilAttention(shop, orderId);
    const entries = told.flatMap(
      ({ input }) => input.Entries as { DetailType: string; Detail: string }[],
    );
    const calls = entries.filter(({ DetailType }) => DetailType.includes("OrderNeedsAttention"));
    expect(calls).toHaveLength(1);
    return JSON.parse(calls[0]?.Detail ?? "").data as { step: string; cause: string };
  };
  const executions = async (name: string): Promise<{ status: string }[]> => {
    const stateMachineArn = `arn:aws:states:us-east-1:123456789012:stateMachine:petstore-local-${name}`;
    return (await shop.local.call("states", "ListExecutions", { stateMachineArn })).executions;
  };

  it.each(["AbandonOrder", "VoidPayment", "ReleaseStock", "RejectOrder"])(
    "for its %s fails for good, calls for a person at once, and says so: not what failed first",
    async (undo) => {
      breaks(undo);
      const { step, cause } = await stuck(() => shop.order("tok_decline"));
      expect(step).toBe(undo);
      expect(cause).toContain("Broken");
      expect(await executions("FulfilOrder")).toMatchObject([{ status: "FAILED" }]);
    },
  );

  it("for what it gives up cannot be given up, says that", async () => {
    breaks("CommitStock", "Refused");
    breaks("GiveUpOrder");
    expect(await stuck(() => shop.order())).toMatchObject({ step: "GiveUpOrder" });
    expect(await executions("FulfilOrder")).toMatchObject([{ status: "FAILED" }]);
  });

  it("on the way back from a confirmed order, says which step", async () => {
    breaks("ReturnStock");
    const cancelled = async () => {
      const orderId = await shop.order();
      await shop.clock.advance(MINUTE);
      await shop.cancel(orderId);
      return orderId;
    };
    expect(await stuck(cancelled)).toMatchObject({ step: "ReturnStock" });
    expect(await executions("ReturnOrder")).toMatchObject([{ status: "FAILED" }]);
  });
});

import type { Call } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Payment, statementOf } from "../../services/payment-provider/src/domain/payment.ts";
import { isInvocationOf, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { untilAttention } from "./long-waits.ts";

const HOUR = 3_600_000;
/** There is one of it. */
const parrot = [{ productId: "prd_parrot", quantity: 1 }];

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const stateMachineArn =
  "arn:aws:states:us-east-1:123456789012:stateMachine:petstore-local-FulfilOrder";
const executionOf = (name: string) =>
  `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
const stop = (name: string) =>
  shop.local.call("states", "StopExecution", { executionArn: executionOf(name) });
const redrive = (name: string) =>
  shop.local.call("states", "RedriveExecution", { executionArn: executionOf(name) });
const runsOf = async (orderId: string): Promise<string[]> => {
  const { executions } = await shop.local.call("states", "ListExecutions", { stateMachineArn });
  return (executions as { name: string; status: string }[])
    .filter(({ name }) => name.startsWith(orderId))
    .map(({ name, status }) => `${name.slice(orderId.length)} ${status}`)
    .sort();
};
const statusOf = async (orderId: string) => (await shop.read(orderId)).status;
const atProvider = async (orderId: string) => {
  const { provider } = await shop.books();
  const payment = provider.get(orderId.replace("ord_", "pay_")) as Payment | undefined;
  return payment && statementOf(payment, shop.clock.now()).status;
};

const buysTheParrot = async (as: string): Promise<string> => {
  const placed = await shop.place({ as, lines: parrot });
  expect(placed.status).toBe(202);
  return (placed.json() as { orderId: string }).orderId;
};
const orderIn = ({ input }: Call): string =>
  JSON.parse(Buffer.from(input.Payload, "base64").toString()).orderId;
/** The call of a step's function by the saga. */
const isCallOf =
  (step: string) =>
  ({ operation, caller, input }: Call) =>
    operation === "Invoke" &&
    caller.name.endsWith("-FulfilOrder") &&
    input.FunctionName.endsWith(`-${step}Function`);
/** From now on, the confirming of this order alone fails. */
const cannotBeConfirmed = (orderId: string) =>
  spoil(
    shop.local,
    (call) => isCallOf("ConfirmOrder")(call) && orderIn(call) === orderId,
    "is lost",
  );
/** Alice's order, authorised and not confirmed. What was held for it has expired, and Bob has bought it. */
const outlived = async (): Promise<string> => {
  const orderId = await buysTheParrot("alice");
  cannotBeConfirmed(orderId);
  await shop.clock.advance(2 * HOUR);
  const other = await shop.place({ as: "bob", lines: parrot });
  const bobs = (other.json() as { orderId: string }).orderId;
  await shop.clock.advance(HOUR);
  expect((await shop.read(bobs, "bob")).status).toBe("CONFIRMED");
  return orderId;
};

describe("I8 I15 F41 a run that follows another, and finds the shelf empty,", () => {
  it("F31 as the one before was stopped: voids what that one had authorised", async () => {
    const orderId = await outlived();
    expect([await statusOf(orderId), await atProvider(orderId)]).toEqual(["PENDING", "authorized"]);
    await stop(orderId);
    await shop.settle();
    expect(await runsOf(orderId)).toEqual([" ABORTED", "_2 SUCCEEDED"]);
    expect([await statusOf(orderId), await atProvider(orderId)]).toEqual(["REJECTED", "voided"]);
    expect(await shop.broken()).toEqual([]);
  });

  it("as a person resumed the order: voids what its first run had authorised", async () => {
    const orderId = await outlived();
    await untilAttention(shop, orderId);
    expect([await statusOf(orderId), await atProvider(orderId)]).toEqual([
      "NEEDS_ATTENTION",
      "authorized",
    ]);
    const path = `/orders/${orderId}/resume`;
    const body = { reason: "It was our fault." };
    const answer = await shop.drive(shop.local.api({ method: "POST", path, as: "admin", body }));
    expect(answer.status).toBe(202);
    await shop.settle();
    expect(await runsOf(orderId)).toEqual([" FAILED", "-1 SUCCEEDED"]);
    expect([await statusOf(orderId), await atProvider(orderId)]).toEqual(["REJECTED", "voided"]);
    expect(await shop.broken()).toEqual([]);
  });

  it("F33 as the one before was redriven: that one voids what the other had authorised, which was stopped, too", async () => {
    spoil(
      shop.local,
      isCallOf("ReserveStock"),
      async (call, next) => {
        await stop(orderIn(call));
        return next(call);
      },
      1,
    );
    const orderId = await outlived();
    expect(await runsOf(orderId)).toEqual([" ABORTED", "_2 RUNNING"]);
    await redrive(orderId);
    await shop.clock.runUntil(async () => (await runsOf(orderId))[0] === " SUCCEEDED");
    await stop(`${orderId}_2`);
    await shop.settle();
    expect(await runsOf(orderId)).toEqual([" SUCCEEDED", "_2 ABORTED"]);
    expect([await statusOf(orderId), await atProvider(orderId)]).toEqual(["REJECTED", "voided"]);
    expect(await shop.broken()).toEqual([]);
  });
});

it("F31 I17 no run follows one that was redriven by the time that its end is told", async () => {
  spoil(shop.local, isCallOf("AuthorizePayment"), () => new Promise(() => {}), 1);
  const orderId = await buysTheParrot("alice");
  await shop.clock.advance(5_000);
  const told = spoil(
    shop.local,
    isInvocationOf("RecoverSaga"),
    async (call, next) => {
      await redrive(orderId);
      return next(call);
    },
    1,
  );
  await stop(orderId);
  await shop.clock.advance(5_000);
  expect(told.spoilt).toHaveLength(1);
  await shop.settle();
  expect(await runsOf(orderId)).toEqual([" SUCCEEDED"]);
  expect(await statusOf(orderId)).toBe("CONFIRMED");
  expect(await shop.broken()).toEqual([]);
});

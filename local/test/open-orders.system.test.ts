import type { Call } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { by, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { untilAttention, waitLong, withoutSchedules } from "./long-waits.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const stateMachine = (name: string) =>
  `arn:aws:states:us-east-1:123456789012:stateMachine:petstore-local-${name}`;
const executionOf = (name: string, machine = "FulfilOrder") =>
  `${stateMachine(machine).replace(":stateMachine:", ":execution:")}:${name}`;
const stop = (name: string, machine?: string) =>
  shop.local.call("states", "StopExecution", { executionArn: executionOf(name, machine) });
const runsOf = async (orderId: string, machine = "FulfilOrder") => {
  const input = { stateMachineArn: stateMachine(machine) };
  const { executions } = await shop.local.call("states", "ListExecutions", input);
  return (executions as { name: string; status: string }[])
    .filter(({ name }) => name.startsWith(orderId))
    .map(({ name, status }) => `${name.slice(orderId.length)} ${status}`)
    .sort();
};
const resume = (orderId: string) =>
  shop.drive(
    shop.local.api({
      method: "POST",
      path: `/orders/${orderId}/resume`,
      as: "admin",
      body: { reason: "Looked." },
    }),
  );

/** What reaches a function by these rules is taken, and never heard of again. */
const deaf = (...names: string[]) =>
  spoil(
    shop.local,
    ({ caller, operation }) =>
      operation === "Invoke" && names.some((name) => caller.name.endsWith(name)),
    () => Promise.resolve({ StatusCode: 202 }),
  );

/** An order at which a step fails until its saga calls for a person. */
const stuckAt = async (step: string) => {
  const broken = spoil(shop.local, by(step), "is lost");
  const orderId = await shop.order();
  await untilAttention(shop, orderId);
  broken.stop();
  return orderId;
};

/** An order that is confirmed, and of which the money is not taken yet. */
const confirmed = async () => {
  const broken = spoil(shop.local, by("CapturePayment"), "is lost");
  const orderId = await shop.order();
  await shop.clock.advance(5 * SECOND);
  expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED", paid: null });
  return { orderId, goOn: broken.stop };
};

const open = async () => {
  const { orders } = await shop.books();
  return orders.filter((row) => row.gsi1pk).map(({ id }) => id);
};

describe("I7 F34 an order that a person resumed", () => {
  it.each(["CapturePayment", "CommitStock"])(
    "(stuck at %s) goes on although nobody could begin its run for twenty minutes",
    async (step) => {
      const orderId = await stuckAt(step);
      const { stop: heal } = spoil(
        shop.local,
        (call) => by("StartFulfilment")(call) && call.service !== "sqs",
        "is lost",
      );
      expect((await resume(orderId)).status).toBe(202);
      await shop.clock.advance(20 * MINUTE);
      heal();
      await shop.settle();
      expect(await shop.read(orderId)).toMatchObject({
        status: "CONFIRMED",
        paid: { amount: 499 },
      });
      expect(await runsOf(orderId)).toEqual([" FAILED", "-1 SUCCEEDED"]);
      // What the sweeper made good lies among the dead letters still.
      expect(await shop.broken()).toEqual([expect.stringContaining("StartFulfilmentDlq")]);
    },
  );

  it("stands in the list of open orders until its run has succeeded, and no longer", async () => {
    const orderId = await stuckAt("CapturePayment");
    expect(await open()).toEqual([]);
    const { stop: heal } = spoil(shop.local, by("CommitStock"), "is lost");
    await resume(orderId);
    await shop.clock.advance(2 * HOUR);
    expect(await open()).toEqual([orderId]);
    heal();
    await shop.clock.advance(HOUR);
    expect(await runsOf(orderId)).toContain("-1 SUCCEEDED");
    expect(await open()).toEqual([]);
  });

  it("goes on although its new run was stopped, and nobody heard of that", async () => {
    const orderId = await stuckAt("CapturePayment");
    deaf("-RecoverSaga");
    const broken = spoil(shop.local, by("CapturePayment"), "is lost");
    await resume(orderId);
    await shop.clock.advance(MINUTE);
    await stop(`${orderId}-1`);
    broken.stop();
    // The list of open orders is enough.
    const isList = ({ operation }: Call) => operation === "ListExecutions";
    spoil(shop.local, (call) => by("SweepSagas")(call) && isList(call), "is throttled");
    await shop.clock.advance(30 * MINUTE);
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED", paid: { amount: 499 } });
  });
});

describe("I7 F31 an order whose saga was stopped after the pivot", () => {
  it.each([3, 40])(
    "is settled, although recovery and everything on a schedule were out for %i days",
    async (days) => {
      const { stop: listen } = deaf("-RecoverSaga");
      const wakeUp = await withoutSchedules(shop.local);
      const { orderId, goOn } = await confirmed();
      await stop(orderId);
      goOn();
      for (let day = 0; day < days; day++) await shop.clock.advance(DAY);
      expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED", paid: null });
      await wakeUp();
      listen();
      await shop.clock.advance(HOUR);
      await shop.settle();
      expect(await shop.read(orderId)).toMatchObject({
        status: "CONFIRMED",
        paid: { amount: 499 },
      });
      expect(await runsOf(orderId)).toEqual([" ABORTED", "_2 SUCCEEDED"]);
      expect(await shop.broken()).toEqual([]);
    },
  );
});

describe("F31 I7 the sweeper", () => {
  type States = Record<string, Record<string, unknown>>;
  const redefined = async (change: (definition: { States: States }) => void) => {
    const stateMachineArn = stateMachine("FulfilOrder");
    const describe = { stateMachineArn };
    const { definition } = await shop.local.call("states", "DescribeStateMachine", describe);
    const changed = JSON.parse(definition);
    change(changed);
    const update = (text: string) =>
      shop.local.call("states", "UpdateStateMachine", { stateMachineArn, definition: text });
    await update(JSON.stringify(changed));
    return () => update(definition);
  };
  const endings: [string, (definition: { States: States }) => void][] = [
    [
      "FAILED",
      ({ States }) => {
        const Never = { Condition: "{% false %}", Next: "CapturePayment" };
        States.Broken = { Type: "Choice", Choices: [Never], Default: "Bad" };
        States.Bad = { Type: "Fail", Error: "Bad" };
        Object.assign(States.ConfirmOrder ?? {}, { Next: "Broken" });
      },
    ],
    ["TIMED_OUT", (definition) => Object.assign(definition, { TimeoutSeconds: 60 })],
  ];

  it.each(endings)(
    "begins a saga again that is %s after the pivot, when nobody heard of it",
    async (status, change) => {
      deaf("-RecoverSaga");
      const restore = await redefined(change);
      const { orderId, goOn } = await confirmed();
      await shop.clock.advance(2 * MINUTE);
      expect(await runsOf(orderId)).toEqual([` ${status}`]);
      await restore();
      goOn();
      await shop.clock.advance(30 * MINUTE);
      await shop.settle();
      expect(await runsOf(orderId)).toEqual([` ${status}`, "_2 SUCCEEDED"]);
      expect(await shop.read(orderId)).toMatchObject({
        status: "CONFIRMED",
        paid: { amount: 499 },
      });
      expect(await shop.broken()).toEqual([]);
    },
  );

  /** AWS may answer with fewer than were asked for. */
  const smallPages = () =>
    shop.local.cloud.guard(async (call, next) => {
      const { operation, input } = call;
      if (!by("SweepSagas")(call)) return next(call);
      if (operation === "ListExecutions")
        return next({ ...call, input: { ...input, maxResults: 1 } });
      if (operation === "Query") return next({ ...call, input: { ...input, Limit: 1 } });
      return next(call);
    });

  it("reads every page of what ended early", async () => {
    smallPages();
    deaf("-RecoverSaga");
    const left = await Promise.all([confirmed(), confirmed(), confirmed()]);
    for (const { orderId } of left) await stop(orderId);
    for (const { goOn } of left) goOn();
    await shop.clock.advance(30 * MINUTE);
    for (const { orderId } of left) expect(await runsOf(orderId)).toContain("_2 SUCCEEDED");
    expect(await shop.broken()).toEqual([]);
  });

  it("reads every page of the open orders", async () => {
    smallPages();
    const { stop: listen } = deaf("-StartFulfilment");
    const ids = [await shop.order(), await shop.order(), await shop.order()];
    await shop.clock.advance(MINUTE);
    listen();
    spoil(shop.local, by("ProviderApi"), "is lost"); // so that those that have begun stay open
    const begun = async () => {
      const runs = await Promise.all(ids.map((id) => runsOf(id)));
      return runs.filter(({ length }) => length > 0).length;
    };
    // In its first run that finds them, and not a page with each run.
    for (let minutes = 0; minutes < 25 && (await begun()) === 0; minutes++)
      await shop.clock.advance(MINUTE);
    expect(await begun()).toBe(ids.length);
  });

  it("comes to those at the end, although its time is never enough for all of them", async () => {
    const { stop: listen } = deaf("-StartFulfilment");
    const ids: string[] = [];
    for (let i = 0; i < 25; i++) ids.push(await shop.order());
    await shop.clock.advance(MINUTE);
    listen();
    spoil(shop.local, by("ProviderApi"), "is lost"); // so that those that have begun stay open
    // Ten at once, and these take the whole time that a run has.
    const FunctionName = "petstore-local-SweepSagasFunction";
    await shop.local.call("lambda", "UpdateFunctionConfiguration", { FunctionName, Timeout: 11 });
    const isLook = ({ operation }: Call) => operation === "DescribeExecution";
    spoil(
      shop.local,
      (call) => by("SweepSagas")(call) && isLook(call),
      async (call, next) => {
        await new Promise<void>((resolve) => shop.clock.after(1.5 * SECOND, "slow", resolve));
        return next(call);
      },
    );
    await shop.clock.advance(25 * MINUTE);
    for (const id of ids) expect(await runsOf(id)).not.toEqual([]);
  });

  it("is not held up by a saga that cannot be recovered, nor by one that is nobody's", async () => {
    deaf("-RecoverSaga");
    const [bad, good] = [await confirmed(), await confirmed()];
    const nobody = { stateMachineArn: stateMachine("FulfilOrder"), name: "by-hand", input: "{}" };
    await shop.local.call("states", "StartExecution", nobody);
    const { stop: heal } = spoil(
      shop.local,
      ({ operation, input }) => operation === "StartExecution" && input.name === `${bad.orderId}_2`,
      "is throttled",
    );
    await stop(bad.orderId);
    await shop.clock.advance(MINUTE);
    await stop(good.orderId);
    for (const { goOn } of [bad, good]) goOn();
    await shop.clock.advance(HOUR);
    expect(await runsOf(good.orderId)).toContain("_2 SUCCEEDED");
    expect(await runsOf(bad.orderId)).toEqual([" ABORTED"]);
    await waitLong(shop, 3 * DAY);
    heal();
    await shop.clock.advance(HOUR);
    expect(await runsOf(bad.orderId)).toContain("_2 SUCCEEDED");
  });
});

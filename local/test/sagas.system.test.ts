import type { Call } from "emulator/kernel/engine";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Rung } from "../../packages/core/src/saga.ts";
import { fulfilOrder } from "../../services/orders/src/saga/fulfil-order.ts";
import { returnOrder } from "../../services/orders/src/saga/return-order.ts";
import { by, isWrite, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const FINAL = ["CONFIRMED", "REJECTED", "CANCELLED"];

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const machine = (name: string) =>
  `arn:aws:states:us-east-1:123456789012:stateMachine:petstore-local-${name}`;
const executionOf = (orderId: string, name = "FulfilOrder") =>
  `${machine(name).replace(":stateMachine:", ":execution:")}:${orderId}`;
const executions = async (name = "FulfilOrder"): Promise<{ name: string; status: string }[]> => {
  const input = { stateMachineArn: machine(name) };
  return (await shop.local.call("states", "ListExecutions", input)).executions;
};
const later = (ms: number) =>
  new Promise<void>((resolve) => shop.clock.after(ms, "later", resolve));

const ladder: readonly Rung[] = fulfilOrder.rungs;
const wayBack: readonly Rung[] = returnOrder.rungs;
/** What is undone where a bank declines: beside that step and above it. */
const declined = ladder.slice(0, ladder.findIndex((rung) => rung.do === "AuthorizePayment") + 1);
const withEnd =
  (card: string, ends: string) =>
  (step: string): [step: string, card: string, ends: string] => [step, card, ends];
/** Each step, undo and step of the way back; an order that meets it, and how that one ends. */
const STEPS = [
  ...ladder.flatMap((rung) => rung.do ?? []).map(withEnd("tok_approve", "CONFIRMED")),
  ...ladder.flatMap((rung) => rung.pivot?.or ?? []).map(withEnd("tok_decline", "REJECTED")),
  ...declined
    .flatMap((rung) => rung.undo ?? [])
    .toReversed()
    .map(withEnd("tok_decline", "REJECTED")),
  ...wayBack.flatMap((rung) => rung.do ?? []).map(withEnd("tok_approve", "CANCELLED")),
];
const sagaOf = (ends: string) => (ends === "CANCELLED" ? "ReturnOrder" : "FulfilOrder");
/** The call of a step's function by its saga. */
const isCallOf =
  (step: string) =>
  ({ operation, caller, input }: Call) =>
    operation === "Invoke" &&
    /-(Fulfil|Return)Order$/.test(caller.name) &&
    input.FunctionName.endsWith(`-${step}Function`);
/** An order that is on its way to such an end. */
const orderThat = async (card: string, ends: string) => {
  const orderId = await shop.order(card);
  if (ends === "CANCELLED") {
    await shop.clock.advance(MINUTE);
    await shop.cancel(orderId);
  }
  return orderId;
};

describe("F30 a step that was given up and does its work after all", () => {
  it.each(STEPS)("(%s with %s) does no harm: the order is %s", async (step, card, ends) => {
    const late: Promise<unknown>[] = [];
    const { spoilt } = spoil(
      shop.local,
      (call) => by(step)(call) && isWrite(call),
      async (call, next) => {
        late.push(later(5 * MINUTE).then(() => next(call).catch(() => {})));
        await later(3 * MINUTE); // longer than the function, and the saga's patience with it
        throw new Error("Nobody listens any more");
      },
      1,
    );
    const orderId = await orderThat(card, ends);
    await shop.clock.advance(20 * MINUTE);
    await shop.settle();
    await Promise.all(late);
    await shop.settle();
    if (step !== "VoidPayment") expect(spoilt).toHaveLength(1); // a declined payment is voided without a write
    expect(await shop.read(orderId)).toMatchObject({ status: ends });
    expect(await shop.broken()).toEqual([]);
  });
});

describe("F31 a saga that somebody stops", () => {
  /** Whether nothing is left to do once this step has done its work: then no run comes after the one that was stopped. */
  const isLast = (step: string) => ["RejectOrder", "CloseOrder"].includes(step);

  it.each(
    STEPS.flatMap(
      (step) =>
        [
          ["before", ...step],
          ["after", ...step],
        ] as const,
    ),
  )(
    "%s its %s (%s) ends as it should, run again where something is left to do: %s",
    async (when, step, card, ends) => {
      const stop = () =>
        shop.local.call("states", "StopExecution", {
          executionArn: executionOf(stopped, sagaOf(ends)),
          error: "Oops",
        });
      let stopped = "";
      const { spoilt } = spoil(
        shop.local,
        isCallOf(step),
        async (call, next) => {
          stopped = JSON.parse(Buffer.from(call.input.Payload, "base64").toString()).orderId;
          if (when === "before") await stop();
          const answer = await next(call);
          if (when === "after") await stop();
          return answer;
        },
        1,
      );
      const orderId = await orderThat(card, ends);
      await shop.clock.advance(20 * MINUTE);
      await shop.settle();
      expect(spoilt).toHaveLength(1);
      expect(await shop.read(orderId)).toMatchObject({ status: ends });
      expect(await shop.broken()).toEqual([]);
      const runs = await executions(sagaOf(ends));
      const again = isLast(step) ? [] : ["SUCCEEDED"];
      expect(runs.map(({ status }) => status).sort()).toEqual(["ABORTED", ...again]);
    },
  );

  it("while it gives back what a customer paid, gives it back, once", async () => {
    const orderId = await shop.order("tok_refund_fails");
    await shop.clock.advance(MINUTE);
    await shop.cancel(orderId);
    const isThere = async () => (await executions("ReturnOrder")).length > 0;
    expect(await shop.clock.runUntil(isThere)).toBe(true);
    const executionArn = executionOf(orderId, "ReturnOrder");
    await shop.local.call("states", "StopExecution", { executionArn });
    await shop.clock.advance(20 * MINUTE);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({
      status: "CANCELLED",
      paid: { amount: 499 },
      refunded: { amount: 499 },
    });
    expect(await shop.broken()).toEqual([]);
  });

  it("again and again is left to a person at last, and nothing is charged without being said", async () => {
    const orderId = await shop.order("tok_late");
    for (let i = 0; i < 4; i++) {
      await shop.clock.advance(3 * SECOND);
      for (const { name, status } of await executions())
        if (status === "RUNNING")
          await shop.local.call("states", "StopExecution", { executionArn: executionOf(name) });
    }
    await shop.clock.advance(2 * 60 * MINUTE); // what is held expires
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "NEEDS_ATTENTION" });
    expect((await executions()).length).toBe(3);
    expect(shop.local.emails().some(({ tags }) => tags?.template?.includes("attention"))).toBe(
      true,
    );
    expect(await shop.broken()).toEqual([]);
  });

  it.each(STEPS.filter(([step]) => !isLast(step)))(
    "F33 at its %s (%s) and redriven while it is already run again, does everything once: %s",
    async (step, card, ends) => {
      let executionArn = "";
      const { spoilt } = spoil(
        shop.local,
        isCallOf(step),
        async (call, next) => {
          const { orderId } = JSON.parse(Buffer.from(call.input.Payload, "base64").toString());
          executionArn = executionOf(orderId, sagaOf(ends));
          const answer = await next(call);
          await shop.local.call("states", "StopExecution", { executionArn });
          return answer;
        },
        1,
      );
      const orderId = await orderThat(card, ends);
      const isRunAgain = async () => (await executions(sagaOf(ends))).length > 1;
      expect(await shop.clock.runUntil(isRunAgain)).toBe(true);
      await shop.local.call("states", "RedriveExecution", { executionArn });
      await shop.clock.advance(20 * MINUTE);
      await shop.settle();
      expect(spoilt).toHaveLength(1);
      const runs = await executions(sagaOf(ends));
      expect(runs.map(({ status }) => status)).toEqual(["SUCCEEDED", "SUCCEEDED"]);
      const order = await shop.read(orderId);
      expect(order).toMatchObject({ status: ends });
      const told = order.timeline.map(({ what }: { what: string }) => what);
      expect(told).toHaveLength(new Set(told).size);
      expect(await shop.broken()).toEqual([]);
    },
  );
});

it("F32 a saga under way ends by the definition that it began with, and the next one begins with the new one", async () => {
  const first = await shop.order("tok_late");
  await shop.clock.advance(3 * SECOND);
  const stateMachineArn = machine("FulfilOrder");
  const { definition } = await shop.local.call("states", "DescribeStateMachine", {
    stateMachineArn,
  });
  const changed = JSON.parse(definition);
  // The new one pauses before it begins.
  changed.States.Breathe = { Type: "Wait", Seconds: 7, Next: changed.StartAt };
  changed.StartAt = "Breathe";
  await shop.local.call("states", "UpdateStateMachine", {
    stateMachineArn,
    definition: JSON.stringify(changed),
  });
  await shop.clock.advance(SECOND);
  const second = await shop.order();
  await shop.settle();
  const history = async (orderId: string) => {
    const input = { executionArn: executionOf(orderId), maxResults: 1000 };
    return JSON.stringify(await shop.local.call("states", "GetExecutionHistory", input));
  };
  expect(await history(first)).not.toContain("Breathe");
  expect(await history(second)).toContain("Breathe");
  for (const id of [first, second])
    expect(await shop.read(id)).toMatchObject({ status: "CONFIRMED" });
  expect(await shop.broken()).toEqual([]);
});

describe("F34 I7 an order whose saga nobody began", () => {
  it("is begun by the sweeper within twenty minutes, although its event is lost for good", async () => {
    const { spoilt } = spoil(
      shop.local,
      ({ caller }) => caller.name === "rule petstore-local-StartFulfilment",
      () => Promise.resolve({ StatusCode: 202 }),
      1,
    );
    const orderId = await shop.order();
    await shop.clock.advance(5 * MINUTE);
    expect(await shop.read(orderId)).toMatchObject({ status: "PENDING" });
    await shop.clock.advance(15 * MINUTE);
    expect(spoilt).toHaveLength(1);
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });

  it("is begun by the sweeper when the cancellation's event is lost for good, too", async () => {
    const { spoilt } = spoil(
      shop.local,
      ({ caller }) => caller.name === "rule petstore-local-StartCancellation",
      () => Promise.resolve({ StatusCode: 202 }),
      1,
    );
    const orderId = await shop.order();
    await shop.clock.advance(MINUTE);
    await shop.cancel(orderId);
    await shop.clock.advance(30 * MINUTE);
    expect(spoilt).toHaveLength(1);
    expect(await shop.read(orderId)).toMatchObject({
      status: "CANCELLED",
      refunded: { amount: 499 },
    });
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });

  it("is begun by the sweeper among a hundred others, although one of them cannot be", async () => {
    spoil(
      shop.local,
      ({ caller }) => caller.name === "rule petstore-local-StartFulfilment",
      () => Promise.resolve({ StatusCode: 202 }),
    );
    const stuck = await shop.order();
    for (let i = 0; i < 110; i++) {
      await shop.order();
      await shop.clock.advance(SECOND / 20); // as fast as the throttle lets orders in
    }
    spoil(
      shop.local,
      ({ operation, input }) =>
        operation === "DescribeExecution" && input.executionArn.endsWith(stuck),
      "is lost",
    );
    await shop.clock.advance(20 * MINUTE);
    const { orders } = await shop.books();
    const left = orders.filter(({ state }) => state.status !== "CONFIRMED");
    expect(left.map(({ id }) => id)).toEqual([stuck]);
    expect(orders).toHaveLength(111);
  });

  it("F31 is looked after by the sweeper when nobody hears that its saga was stopped", async () => {
    spoil(
      shop.local,
      ({ caller }) => caller.name.includes("RecoverSaga"),
      () => Promise.resolve({ StatusCode: 202 }),
    );
    const orderId = await shop.order("tok_late");
    await shop.clock.advance(3 * SECOND);
    await shop.local.call("states", "StopExecution", { executionArn: executionOf(orderId) });
    await shop.clock.advance(40 * MINUTE);
    expect(FINAL).toContain((await shop.read(orderId)).status);
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });
});

describe("F68 I18 an AWS service", () => {
  const services = ["dynamodb", "events", "states", "sqs", "lambda"] as const;
  const isOf = (service: string) => (call: Call) =>
    call.service === service && call.caller.name !== "administrator";
  /** Places three orders and cancels one of them: each is where it has to be within ten minutes, whatever is wrong. */
  const goThrough = async () => {
    const ids = [
      await shop.order(),
      await shop.order("tok_decline"),
      await shop.order("tok_twice"),
    ];
    const statuses = () => Promise.all(ids.map(async (id) => (await shop.read(id)).status));
    await shop.clock.advance(10 * MINUTE);
    expect(await statuses()).toEqual(["CONFIRMED", "REJECTED", "CONFIRMED"]);
    await shop.cancel(ids[2] as string);
    await shop.clock.advance(10 * MINUTE);
    expect(await statuses()).toEqual(["CONFIRMED", "REJECTED", "CANCELLED"]);
    await shop.clock.advance(50 * MINUTE);
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  };
  /** How often each service is asked, pollers apart: they ask by the clock. */
  const countCalls = () => {
    const counts: Record<string, number> = {};
    shop.local.cloud.guard((call, next) => {
      const isPoll = /^(Receive|GetRecords|GetShard)/.test(call.operation);
      if (!isPoll && isOf(call.service)(call))
        counts[call.service] = (counts[call.service] ?? 0) + 1;
      return next(call);
    });
    return counts;
  };
  let calm: Record<string, number>;
  beforeAll(async () => {
    shop = await virtualShop();
    calm = countCalls();
    await goThrough();
    await shop.local.stop();
    for (const service of services) expect(calm[service], service).toBeGreaterThan(2);
  });

  it.each(services)(
    "(%s) that is slow delays orders by minutes, and is asked at most twice as often", // in smaller batches

    async (service) => {
      const counts = countCalls();
      const { spoilt } = spoil(shop.local, isOf(service), async (call, next) => {
        await later(500);
        return next(call);
      });
      await goThrough();
      expect(spoilt.length).toBeGreaterThan(2);
      for (const [one, count] of Object.entries(counts))
        expect(count, one).toBeLessThanOrEqual(2 * (calm[one] as number));
    },
  );

  it.each(services)(
    "(%s) that fails at every fifth call delays orders by minutes, and is asked at most three times as often",
    async (service) => {
      const counts = countCalls();
      let calls = 0;
      const isFifth = (call: Call) => isOf(service)(call) && ++calls % 5 === 0;
      // The client's own requests are not spoilt: it would have to repeat them.
      const isNoClient = (call: Call) => !/Api/.test(call.caller.name) && isFifth(call);
      const { spoilt } = spoil(shop.local, isNoClient, "is throttled");
      await goThrough();
      expect(spoilt.length).toBeGreaterThan(2);
      for (const [one, count] of Object.entries(counts))
        expect(count, one).toBeLessThanOrEqual(3 * (calm[one] as number));
    },
  );
});

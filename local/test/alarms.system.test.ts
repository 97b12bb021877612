import { AwsError, type Call } from "emulator/kernel/engine";
import { afterEach, describe, expect, it } from "vitest";
import { type Alarm, alarmsOf, ringingIn } from "../metrics/alarms.ts";
import { countCalls, countMetrics, isCounted } from "../metrics/count.ts";
import { shopGraph } from "../repository.ts";
import { by, deployKeyToProvider, failAtTables, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { sweepHourly } from "./long-waits.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const alarms = alarmsOf(shopGraph());

let shop: VirtualShop;
afterEach(() => shop?.local.stop());

const refuse = (matches: (call: Call) => boolean) =>
  spoil(shop.local, matches, () =>
    Promise.reject(new AwsError("AccessDeniedException", "Not allowed", 403)),
  ).stop;
const callsOf = (caller: string) => (call: Call) => call.caller.name === caller;
const stopSaga = (orderId: string) =>
  shop.local.call("states", "StopExecution", {
    executionArn: `arn:aws:states:us-east-1:123456789012:execution:petstore-local-FulfilOrder:${orderId}`,
  });
const post = (path: string) =>
  shop.drive(
    shop.local.api({
      method: "POST",
      path,
      as: "alice",
      headers: { "idempotency-key": crypto.randomUUID() },
      body: { lines: [{ productId: "prd_hay", quantity: 1 }], paymentToken: "tok_approve" },
    }),
  );
const schedule = async (State: string) => {
  const Name = "petstore-local-SweepSagasTimerSchedule";
  const found = await shop.local.call("scheduler", "GetSchedule", { Name });
  const { ScheduleExpression, FlexibleTimeWindow, Target } = found;
  await shop.local.call("scheduler", "UpdateSchedule", {
    ...{ Name, ScheduleExpression, FlexibleTimeWindow, Target, State },
  });
};

/** Switches off what brings messages to a function. Answers how to switch it on. */
const switchMapping = async (name: string) => {
  const FunctionName = shop.local.nameOf(name);
  const found = await shop.local.call("lambda", "ListEventSourceMappings", { FunctionName });
  const [{ UUID }] = found.EventSourceMappings;
  const to = (Enabled: boolean) =>
    shop.local.call("lambda", "UpdateEventSourceMapping", { UUID, Enabled });
  await to(false);
  return () => to(true);
};

type Story = {
  /** What of the alarms must ring, and within how long. */
  rings: string[];
  within: number;
  /** Makes it happen before anything is counted. Answers how to mend it. */
  stage: () => Promise<(() => unknown) | undefined> | (() => unknown) | undefined;
  /** What goes on meanwhile. */
  meanwhile?: () => Promise<unknown>;
  /** What tells that it is over: were it seldom heard, its silence would pass for that. */
  toldBy?: ["SweepSagas"];
};

/** Each kind of fault, made to happen, and who tells of it. */
const stories: Record<string, Story> = {
  "an order whose saga cannot be started": {
    rings: ["OldestOpenOrder", "StartFulfilmentDlqNotEmpty"],
    within: HOUR,
    toldBy: ["SweepSagas"],
    stage: () =>
      spoil(shop.local, ({ operation }) => operation === "StartExecution", "is lost").stop,
    meanwhile: () => shop.order(),
  },
  "a sweeper that nobody calls any more": {
    rings: ["OldestOpenOrder"],
    within: HOUR,
    toldBy: ["SweepSagas"],
    stage: async () => {
      await schedule("DISABLED");
      return () => schedule("ENABLED");
    },
  },
  "a step that fails now and then, for hours": {
    rings: ["CapturePaymentErrors"],
    within: HOUR,
    stage: () => failAtTables(shop.local, "CapturePayment"),
    meanwhile: () => shop.order(),
  },
  "a step that may not run": {
    rings: ["Throttles"],
    within: HOUR,
    stage: async () => {
      const FunctionName = shop.local.nameOf("CommitStock");
      const none = { FunctionName, ReservedConcurrentExecutions: 0 };
      await shop.local.call("lambda", "PutFunctionConcurrency", none);
      return () => shop.local.call("lambda", "DeleteFunctionConcurrency", { FunctionName });
    },
    meanwhile: () => shop.order(),
  },
  "a function whose dead letters do not reach their queue": {
    rings: ["DeadLetterErrors"],
    within: HOUR,
    stage: () => spoil(shop.local, by("StartFulfilment"), "is lost").stop,
    meanwhile: () => shop.order(),
  },
  "a stream's failures that do not reach their queue": {
    rings: ["DestinationDeliveryFailures", "OrdersRelayOutboxLate"],
    within: 3 * HOUR,
    stage: () =>
      spoil(
        shop.local,
        (call) =>
          (by("OrdersRelayOutbox")(call) && call.service === "events") ||
          (call.operation === "SendMessage" && /OrdersOutboxFailures/.test(call.input.QueueUrl)),
        "is lost",
      ).stop,
    meanwhile: () => shop.order(),
  },
  "an event that reaches neither its target nor its queue": {
    rings: ["BusLosesEvents"],
    within: HOUR,
    stage: () => refuse(callsOf("rule petstore-local-Sales")),
    meanwhile: () => shop.order(),
  },
  "the end of a saga that nobody hears of": {
    rings: ["DefaultBusLosesEvents", "FulfilOrderAborted"],
    within: HOUR,
    stage: () => refuse(callsOf("rule petstore-local-RecoverSaga")),
    meanwhile: async () => {
      const orderId = await shop.order("tok_late");
      await shop.clock.advance(3_000);
      await stopSaga(orderId);
    },
  },
  "a schedule that may not call, nor park the call": {
    rings: ["SchedulesLoseRuns"],
    within: HOUR,
    toldBy: ["SweepSagas"],
    stage: () => refuse(({ caller }) => /^schedule .*SweepSagas/.test(caller.name)),
  },
  "a table that is throttled": {
    rings: ["TablesThrottleReads", "TablesThrottleWrites"],
    within: HOUR,
    toldBy: ["SweepSagas"],
    stage: () =>
      spoil(
        shop.local,
        ({ service, operation, input }) =>
          service === "dynamodb" &&
          /OrdersTable/.test(input.TableName) &&
          ["GetItem", "UpdateItem", "PutItem", "Query"].includes(operation),
        "is throttled",
      ).stop,
    meanwhile: async () => {
      for (let i = 0; i < 12; i++) {
        await shop.clock.advance(2 * MINUTE);
        const put = {
          TableName: shop.local.nameOf("OrdersTable"),
          Item: { pk: { S: "x" }, sk: { S: "x" } },
        };
        await shop.local.call("dynamodb", "PutItem", put).catch(() => {});
      }
    },
  },
  "a consumer that is out": {
    rings: ["SalesQueueDlqNotEmpty"],
    within: HOUR,
    stage: () => failAtTables(shop.local, "ProjectSales"),
    meanwhile: () => shop.order(),
  },
  "a queue that nobody reads any more": {
    rings: ["SalesQueueLate"],
    within: HOUR,
    stage: () => switchMapping("ProjectSales"),
    meanwhile: () => shop.order(),
  },
  "an API whose table does not answer": {
    rings: ["ApiServerErrors"],
    within: HOUR,
    stage: () => failAtTables(shop.local, "OrdersApi"),
    meanwhile: () => post("/orders"),
  },
  "orders that take minutes, once they have ended": {
    rings: ["FulfilOrderSlow"],
    within: HOUR,
    stage: () => {
      const began = shop.clock.now();
      const isAsked = ({ caller, service }: Call) =>
        service === "lambda" && /ProviderApi/.test(caller.name) && caller.name.endsWith("URL");
      const isOut = (call: Call) => isAsked(call) && shop.clock.now() < began + 4 * MINUTE;
      return spoil(shop.local, isOut, "is lost").stop;
    },
    meanwhile: async () => {
      for (let i = 0; i < 3; i++) await shop.order();
    },
  },
  "a provider that does not accept our key": {
    rings: ["PaymentErrorsLogged"],
    within: HOUR,
    stage: () => deployKeyToProvider(shop.local, "another-key"),
    meanwhile: () => shop.order(),
  },
  "a function that throws": {
    rings: ["FindOrderErrors"],
    within: HOUR,
    stage: () => failAtTables(shop.local, "FindOrder"),
    meanwhile: () =>
      shop.drive(shop.local.invoke("FindOrder", { orderId: "ord_x" }).catch(() => {})),
  },
};

/** Opens the shop and counts. Silence of before is none: it is asked of what was half an hour later, and after. */
const open = async () => {
  shop = await virtualShop();
  const series = countMetrics(shop.local);
  await shop.clock.advance(30 * MINUTE);
  return series;
};
const named = (name: string) => alarms.find((alarm) => alarm.name === name) as Alarm;

describe("an alarm", () => {
  it("is on something that is counted here, or measured by a function", () => {
    const unknown = alarms.filter((alarm) => !isCounted(shopGraph(), alarm));
    expect(unknown.map(({ name }) => name)).toEqual([]);
  });

  it("is staged, at least one for each metric", () => {
    const staged = new Set(
      Object.values(stories)
        .flatMap(({ rings }) => rings)
        .map((name) => named(name).metric),
    );
    const metrics = new Set(alarms.map(({ metric }) => metric));
    // Below; and the other two ends of a saga.
    for (const one of [
      "ConcurrentExecutions",
      "Differences",
      "ExecutionsFailed",
      "ExecutionsTimedOut",
    ])
      staged.add(one);
    expect([...staged].sort()).toEqual([...metrics].sort());
  });

  it("does not ring on a good day", async () => {
    const series = await open();
    countCalls(shop.local, series);
    for (const token of [
      "tok_approve",
      "tok_decline",
      "tok_late",
      "tok_twice",
      "tok_timeout_approve",
    ]) {
      await shop.order(token);
      await shop.clock.advance(10 * MINUTE);
    }
    await shop.cancel(await shop.order());
    await shop.clock.advance(3 * HOUR);
    const now = shop.clock.now();
    const ofHours = alarms.filter(({ name }) => name !== "Differences"); // looks at a whole day: below
    expect(ringingIn(ofHours, series, now - 3 * HOUR, now)).toEqual([]);
  });

  it("tells of a night on which books were not compared, and that it is over", async () => {
    const series = await open();
    const rings = () => named("Differences").ringsAt(series, shop.clock.now());
    await sweepHourly(shop.local);
    await shop.clock.advance(24 * HOUR);
    expect(rings()).toBe(false);
    const mend = failAtTables(shop.local, "Reconcile");
    await shop.clock.advance(24 * HOUR);
    expect(rings()).toBe(true);
    mend();
    await shop.clock.advance(24 * HOUR);
    expect(rings()).toBe(false);
  });

  it.each(Object.entries(stories))("tells of %s, and that it is over", async (_, story) => {
    const series = await open();
    const mend = await story.stage();
    countCalls(shop.local, series);
    const began = shop.clock.now();
    await story.meanwhile?.();
    await shop.clock.advance(began + story.within - shop.clock.now());
    const ringing = ringingIn(alarms, series, began, shop.clock.now());
    expect(ringing).toEqual(expect.arrayContaining(story.rings));
    await mend?.();
    await sweepHourly(shop.local, ...(story.toldBy ?? []));
    await shop.clock.advance(13 * HOUR);
    const still = story.rings.filter((name) => named(name).ringsAt(series, shop.clock.now()));
    // What waits for a person rings until somebody has taken it away.
    expect(still.filter((name) => !name.endsWith("NotEmpty"))).toEqual([]);
  });

  it("tells that the account's concurrency runs out", async () => {
    const series = await open();
    const graph = structuredClone(shopGraph());
    const found = graph.resources.find(({ name }) => name === "ConcurrencyAlarm");
    expect(found?.inputs.threshold).toBe(800);
    Object.assign(found?.inputs ?? {}, { threshold: 8 }); // as in an account that has ten
    const wait = () => new Promise<void>((resolve) => shop.clock.after(5_000, "wait", resolve));
    spoil(
      shop.local,
      (call) => by("FindOrder")(call),
      (call, next) => wait().then(() => next(call)),
    );
    const began = shop.clock.now();
    const calls = Array.from({ length: 12 }, () =>
      shop.local.invoke("FindOrder", { orderId: "ord_x" }),
    );
    await shop.drive(Promise.allSettled(calls));
    await shop.clock.advance(30 * MINUTE);
    const ringing = ringingIn(alarmsOf(graph), series, began, shop.clock.now());
    expect(ringing).toContain("Concurrency");
  });
});

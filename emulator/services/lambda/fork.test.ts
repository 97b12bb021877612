import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../kernel/clock.ts";
import { forked, journaled, reopened, type TestCloud } from "../../kernel/testing/fork.ts";
import { handlesOf, lambdaMakers, startLambda } from "./testing/start-lambda.ts";

type StreamEvent = {
  Records: { dynamodb: { NewImage: { pk: { S: string }; fail: { S: string } } } }[];
};
type SqsEvent = { Records: { body: string }[] };
type Event = StreamEvent | SqsEvent | { order: string };

const namesIn = (event: Event): string[] =>
  "order" in event
    ? [event.order]
    : event.Records.map((record) =>
        "body" in record ? record.body : (record.dynamodb.NewImage.pk.S as string),
      );

/** What a story is told with: its functions write down what they are given, and when. */
const storyOf = (work: (event: Event, clock: Clock) => unknown = () => {}) => {
  const seen: [second: number, ...names: string[]][] = [];
  const handle = async (event: Event, _: string, clock: Clock) => {
    seen.push([Math.floor((clock.now() - Date.UTC(2026, 0, 1)) / 1000), ...namesIn(event)]);
    return work(event, clock);
  };
  return { seen, handle };
};

describe.each(["forked", "reopened"] as const)("a cloud that is %s", (way) => {
  /** A second cloud from where the first one stands, with a story of its own. */
  const second = async (cloud: TestCloud, work?: (event: Event, clock: Clock) => unknown) => {
    const story = storyOf(work);
    const { makers, stream } = lambdaMakers(story.handle);
    const make = way === "forked" ? forked : reopened;
    const copy = await make(cloud, makers, { seed: 7 });
    return { ...handlesOf(copy), stream, seen: story.seen };
  };
  const first = (work?: (event: Event, clock: Clock) => unknown) => {
    const story = storyOf(work);
    return { ...startLambda(story.handle), seen: story.seen };
  };
  const busyUntil = (second: number) => (_: Event, clock: Clock) => {
    if (clock.now() < Date.UTC(2026, 0, 1) + second * 1000) throw new Error("busy");
  };
  const slow = (_: Event, clock: Clock) =>
    new Promise<void>((resolve) => clock.after(10_000, "work", resolve));

  it("tries an asynchronous invocation again at the moment at which the first one does", async () => {
    const one = first(busyUntil(170));
    await one.create("Worker");
    await one.invoke("Worker", { order: "a" }, { InvocationType: "Event" });
    await one.clock.advance(90_000);
    const two = await second(one.cloud, busyUntil(170));
    await two.clock.advance(3600_000);
    expect(two.seen).toEqual([[180, "a"]]);
    expect(one.seen).toHaveLength(2);
    await one.clock.advance(3600_000);
    expect(one.seen).toEqual([
      [0, "a"],
      [60, "a"],
      [180, "a"],
    ]);
  });

  it("invokes again what was running, and leaves the first one its answer", async () => {
    const one = first(slow);
    await one.create("Worker");
    await one.invoke("Worker", { order: "a" }, { InvocationType: "Event" });
    await one.clock.advance(5000);
    const two = await second(one.cloud, slow);
    for (const { clock, seen } of [one, two]) {
      await clock.advance(3600_000);
      expect(seen).toHaveLength(1);
    }
  });

  const failing = ({ Records }: StreamEvent) => {
    if (Records.some(({ dynamodb }) => dynamodb.NewImage.fail.S === "throw")) throw new Error("no");
  };
  const onStream = (cloud: ReturnType<typeof first>, more: object) =>
    cloud.lambda("CreateEventSourceMapping", {
      FunctionName: "Relay",
      EventSourceArn: cloud.stream.arn,
      StartingPosition: "TRIM_HORIZON",
      ...more,
    });

  it("goes on with the halves of a batch, and the retries that are left", async () => {
    const work = failing as (event: Event) => void;
    const one = first(work);
    await one.create("Relay");
    await onStream(one, { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 3 });
    for (const pk of ["a", "b"]) one.stream.put(one.clock.now(), pk);
    one.stream.put(one.clock.now(), "poison", "throw");
    one.stream.put(one.clock.now(), "d");
    // [a b poison d] at 0, [a b] and [poison d] at 1, [poison] at 2, 4 ...
    await one.clock.advance(3000);
    const known = one.seen.length;
    const two = await second(one.cloud, work);
    for (const { clock, stream } of [one, two]) {
      await clock.advance(60_000);
      stream.put(clock.now(), "e");
      await clock.advance(1000);
    }
    expect(two.seen).toEqual(one.seen.slice(known));
    expect(two.seen.at(-1)).toEqual([63, "e"]);
    expect(one.seen.filter(([, ...names]) => names.join() === "poison")).toHaveLength(4);
  });

  it("reads on behind what each lane has handled", async () => {
    const work = failing as (event: Event) => void;
    const one = first(work);
    await one.create("Relay");
    await onStream(one, { ParallelizationFactor: 5, BatchSize: 1 });
    one.stream.put(one.clock.now(), "poison", "throw");
    for (let i = 0; i < 20; i++) one.stream.put(one.clock.now(), `key${i}`);
    await one.clock.advance(10_000);
    const handled = one.seen.map(([, name]) => name);
    const two = await second(one.cloud, () => {});
    await two.clock.advance(60_000);
    const names = two.seen.map(([, name]) => name);
    expect(new Set([...handled, ...names]).size).toBe(21);
    expect(names.filter((name) => handled.includes(name))).toEqual(["poison"]);
  });

  it("does not read the end of a stream as it is now, but as it was when it was told to", async () => {
    const one = first();
    await one.create("Relay");
    one.stream.put(one.clock.now(), "before");
    const { UUID } = await onStream(one, { StartingPosition: "LATEST", Enabled: false });
    one.stream.put(one.clock.now(), "after");
    await one.clock.advance(3600_000);
    const two = await second(one.cloud);
    await two.clock.advance(3600_000);
    expect(two.seen).toEqual([]);
    await two.lambda("UpdateEventSourceMapping", { UUID, Enabled: true });
    await two.clock.advance(1000);
    expect(two.seen).toEqual([[7200, "after"]]);
    expect(one.seen).toEqual([]);
  });

  it("gets the messages back that a function had, without waiting for them", async () => {
    const one = first(slow);
    await one.create("Consumer");
    const EventSourceArn = await one.queue("Queue", { VisibilityTimeout: "600" });
    await one.lambda("CreateEventSourceMapping", { FunctionName: "Consumer", EventSourceArn });
    for (const body of ["a", "b", "c"]) await one.send("Queue", body);
    await one.clock.advance(5000);
    const two = await second(one.cloud, slow);
    expect(await two.depth("Queue")).toEqual([3, 0]);
    for (const { clock, depth } of [one, two]) {
      await clock.advance(15_000);
      expect(await depth("Queue")).toEqual([0, 0]);
    }
    expect(one.seen).toEqual([[0, "a", "b", "c"]]);
    expect(two.seen).toEqual([[5, "a", "b", "c"]]);
  });

  it("has the settings that were changed, and functions that nobody created in it", async () => {
    const one = first();
    await one.create("Worker", { Environment: { Variables: { A: "1", B: "2" } } });
    const FunctionName = "Worker";
    const Variables = { A: "1", C: "3" };
    await one.lambda("UpdateFunctionConfiguration", { FunctionName, Environment: { Variables } });
    await one.lambda("PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions: 0 });
    await one.lambda("PutFunctionEventInvokeConfig", { FunctionName, MaximumRetryAttempts: 1 });
    const two = await second(one.cloud);
    for (const operation of [
      "GetFunction",
      "GetFunctionConfiguration",
      "GetFunctionEventInvokeConfig",
    ])
      expect(await two.lambda(operation, { FunctionName })).toEqual(
        await one.lambda(operation, { FunctionName }),
      );
    await expect(two.invoke("Worker", { order: "a" })).rejects.toMatchObject({ status: 429 });
    await two.lambda("DeleteFunctionConcurrency", { FunctionName });
    await two.invoke("Worker", { order: "a" });
    await expect(one.invoke("Worker", { order: "a" })).rejects.toMatchObject({ status: 429 });
  });
});

describe("a cloud that starts anew", () => {
  it("does not hear what its functions answer late", async () => {
    const { handle, seen } = storyOf(
      (_, clock) => new Promise<void>((resolve) => clock.after(10_000, "work", resolve)),
    );
    const cloud = startLambda(handle);
    await cloud.create("Worker");
    const EventSourceArn = await cloud.queue("Queue", { VisibilityTimeout: "60" });
    const settings = { FunctionName: "Worker", EventSourceArn };
    await cloud.lambda("CreateEventSourceMapping", settings);
    await cloud.send("Queue", "a");
    await cloud.invoke("Worker", { order: "b" }, { InvocationType: "Event" });
    await cloud.clock.advance(9000);
    await cloud.cloud.restart(() => {});
    await cloud.clock.advance(3000);
    expect(await cloud.depth("Queue")).toEqual([0, 1]);
    expect([...(cloud.cloud.keeper.parts.get("lambda.events")?.keys() ?? [])]).toHaveLength(1);
    await cloud.clock.advance(3600_000);
    expect([...(cloud.cloud.keeper.parts.get("lambda.events")?.keys() ?? [])]).toEqual([]);
    expect(seen.sort()).toEqual([
      [0, "a"],
      [0, "b"],
      [9, "a"],
      [9, "b"],
    ]);
    expect(await cloud.depth("Queue")).toEqual([0, 0]);
  });

  it("keeps what its new boot gave a function, and what was changed since the last one", async () => {
    const boot = async (key: string) => {
      const cloud = startLambda(() => null);
      await cloud.create("Worker", { Environment: { Variables: { KEY: key, MODE: "day" } } });
      return cloud;
    };
    const configure = { FunctionName: "Worker" };
    const before = await boot("old");
    const Variables = { KEY: "old", MODE: "night" };
    await before.lambda("UpdateFunctionConfiguration", {
      ...configure,
      Timeout: 9,
      Environment: { Variables },
    });
    const after = await boot("new");
    await after.cloud.restart(({ parts }) => {
      const part = before.cloud.keeper.parts.get("lambda.changes");
      parts.get("lambda.changes")?.apply("Worker", part?.get("Worker"));
    });
    expect(await after.lambda("GetFunctionConfiguration", configure)).toMatchObject({
      Timeout: 9,
      Environment: { Variables: { KEY: "new", MODE: "night" } },
    });
  });
});

describe("whenever a cloud is opened again", () => {
  const step = fc.oneof(
    fc.record({
      what: fc.constantFrom("record" as const, "message" as const, "event" as const),
      key: fc.nat(5),
      /** For how many seconds it cannot be handled. */
      failing: fc.oneof(fc.constant(0), fc.nat(40)),
    }),
    fc.record({ what: fc.constant("time" as const), ms: fc.nat(20_000) }),
    fc.record({ what: fc.constant("open" as const), decisions: fc.nat(12), seed: fc.nat() }),
  );
  const settings = fc.record({
    BatchSize: fc.integer({ min: 1, max: 4 }),
    MaximumBatchingWindowInSeconds: fc.nat(2),
    ParallelizationFactor: fc.integer({ min: 1, max: 3 }),
    BisectBatchOnFunctionError: fc.boolean(),
  });
  type Thing = { id: number; key: number; from: number };
  const thingsIn = (event: Event): Thing[] =>
    ("order" in event
      ? [event.order]
      : event.Records.map((record) =>
          "body" in record ? record.body : record.dynamodb.NewImage.fail.S,
        )
    ).map((text) => JSON.parse(text));

  it("everything is handled, and the records of a key in their order", () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), settings, async (steps, more) => {
        const handled: Thing[] = [];
        const handle = async (event: Event, _: string, clock: Clock) => {
          await new Promise<void>((resolve) => clock.after(clock.random() * 300, "work", resolve));
          const things = thingsIn(event);
          if (things.some(({ from }) => clock.now() < from)) throw new Error("not yet");
          handled.push(...things);
        };
        let now: Omit<ReturnType<typeof startLambda>, "facts"> = startLambda(handle);
        for (const name of ["Relay", "Consumer", "Worker"]) await now.create(name);
        await now.lambda("CreateEventSourceMapping", {
          FunctionName: "Consumer",
          EventSourceArn: await now.queue("Queue", { VisibilityTimeout: "30" }),
        });
        await now.lambda("CreateEventSourceMapping", {
          FunctionName: "Relay",
          EventSourceArn: now.stream.arn,
          StartingPosition: "LATEST",
          ...more,
        });
        let open = journaled(now.cloud);
        const given: (Thing & { what: string })[] = [];
        for (const next of steps) {
          if (next.what === "time") await now.clock.advance(next.ms);
          else if (next.what === "open") {
            let { decisions } = next;
            await now.clock.runUntil(() => decisions-- === 0, 5000);
            const { makers, stream } = lambdaMakers(handle);
            now = { ...handlesOf(await open(makers, { seed: next.seed })), stream };
            open = journaled(now.cloud);
          } else {
            const { what, key, failing } = next;
            const thing = { id: given.length, key, from: now.clock.now() + failing * 1000 };
            given.push({ ...thing, what });
            const text = JSON.stringify(thing);
            if (what === "record") now.stream.put(now.clock.now(), `key ${key}`, text);
            else if (what === "message") await now.send("Queue", text);
            else await now.invoke("Worker", { order: text }, { InvocationType: "Event" });
          }
        }
        await now.clock.advance(3600_000);
        const ids = [...new Set(handled.map(({ id }) => id))];
        expect([...ids].sort((a, b) => a - b)).toEqual(given.map(({ id }) => id));
        expect(await now.depth("Queue")).toEqual([0, 0]);
        for (const key of [0, 1, 2, 3, 4, 5]) {
          const records = given.filter((thing) => thing.what === "record" && thing.key === key);
          const order = records.map(({ id }) => id);
          expect(ids.filter((id) => order.includes(id))).toEqual(order);
        }
      }),
      { numRuns: 100 },
    ));
});

import { describe, expect, it } from "vitest";
import type { Clock } from "../../kernel/clock.ts";
import { forked, reopened, type TestCloud } from "../../kernel/testing/fork.ts";
import { handlesOf, lambdaMakers, startLambda } from "./testing/start-lambda.ts";

/** A function that takes ten seconds, and what it is given. */
const slowly = () => {
  const given: { counts: string[] }[] = [];
  const handle = async (
    event: { Records?: { attributes?: { ApproximateReceiveCount: string } }[] },
    _: string,
    clock: Clock,
  ) => {
    const counts = event.Records?.map(
      ({ attributes }) => attributes?.ApproximateReceiveCount ?? "",
    );
    given.push({ counts: counts ?? [] });
    await new Promise<void>((resolve) => clock.after(10_000, "work", resolve));
  };
  return { given, handle };
};
type Open = Omit<ReturnType<typeof startLambda>, "facts">;

const ways: [
  string,
  (cloud: TestCloud, handle: Parameters<typeof startLambda>[0]) => Promise<Open>,
][] = [
  [
    "restarted",
    async (cloud) => {
      await cloud.restart(() => {});
      return { ...handlesOf(cloud), stream: undefined as never };
    },
  ],
  ...([forked, reopened] as const).map((make): (typeof ways)[number] => [
    make === forked ? "forked" : "reopened",
    async (cloud, handle) => {
      const { makers, stream } = lambdaMakers(handle);
      const seed = cloud.clock.now() | 0;
      return { ...handlesOf(await make(cloud, makers, { seed })), stream };
    },
  ]),
];

describe.each(ways)("in a cloud that is %s 50 times", (_, again) => {
  /** Opens a cloud again and again, each time while a function is at work; answers the last. */
  const through = async (
    first: Open,
    handle: Parameters<typeof startLambda>[0],
    given: unknown[],
  ): Promise<Open> => {
    let open = first;
    for (let i = 0; i < 50; i++) {
      expect(await open.clock.runUntil(() => given.length > i, 5_000)).toBe(true);
      await open.clock.advance(1_000);
      open = await again(open.cloud, handle);
    }
    return open;
  };
  const lost = /dead-letter|dropped|lost/;

  it("no message dies of being held then, and none counts those receives", async () => {
    const { given, handle } = slowly();
    const first = startLambda(handle);
    await first.create("Consumer");
    const deadLetterTargetArn = await first.queue("Dead");
    const EventSourceArn = await first.queue("Queue", {
      VisibilityTimeout: "60",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }),
    });
    await first.lambda("CreateEventSourceMapping", { FunctionName: "Consumer", EventSourceArn });
    for (const body of ["a", "b", "c"]) await first.send("Queue", body);
    const last = await through(first, handle, given);
    await last.clock.advance(60_000);
    expect(given).toHaveLength(51);
    expect(new Set(given.flatMap(({ counts }) => counts))).toEqual(new Set(["1"]));
    expect(await last.depth("Queue")).toEqual([0, 0]);
    expect(await last.depth("Dead")).toEqual([0, 0]);
  });

  it("no stream record is given up, though it may not be tried again", async () => {
    const { given, handle } = slowly();
    const first = startLambda(handle);
    await first.create("Relay");
    await first.lambda("CreateEventSourceMapping", {
      FunctionName: "Relay",
      EventSourceArn: first.stream.arn,
      StartingPosition: "TRIM_HORIZON",
      MaximumRetryAttempts: 0,
    });
    first.stream.put(first.clock.now(), "a");
    const last = await through(first, handle, given);
    const facts: string[] = [];
    last.cloud.observe(({ kind }) => facts.push(kind));
    await last.clock.advance(60_000);
    expect(given).toHaveLength(51);
    expect(facts.filter((kind) => lost.test(kind))).toEqual([]);
  });

  it("no asynchronous invocation is given up, though it may not be tried again", async () => {
    const { given, handle } = slowly();
    const first = startLambda(handle);
    await first.create("Worker");
    const FunctionName = "Worker";
    await first.lambda("PutFunctionEventInvokeConfig", { FunctionName, MaximumRetryAttempts: 0 });
    await first.invoke("Worker", {}, { InvocationType: "Event" });
    const last = await through(first, handle, given);
    const facts: string[] = [];
    last.cloud.observe(({ kind }) => facts.push(kind));
    await last.clock.advance(3600_000);
    expect(given).toHaveLength(51);
    expect(facts.filter((kind) => lost.test(kind))).toEqual([]);
  });
});

describe("what counts, though a cloud is restarted", () => {
  const start = async (work: (clock: Clock) => unknown) => {
    const cloud = startLambda((_, __, clock) => work(clock));
    await cloud.create("Consumer");
    const deadLetterTargetArn = await cloud.queue("Dead");
    const EventSourceArn = await cloud.queue("Queue", {
      VisibilityTimeout: "60",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 }),
    });
    await cloud.lambda("CreateEventSourceMapping", { FunctionName: "Consumer", EventSourceArn });
    return cloud;
  };

  it("is an attempt that the function had failed by then", async () => {
    const seconds: number[] = [];
    const { clock, cloud, send, depth } = await start((clock) => {
      seconds.push(Math.floor((clock.now() - Date.UTC(2026, 0, 1)) / 1000));
      throw new Error("no");
    });
    await send("Queue", "poison");
    for (let i = 0; i < 4; i++) {
      await clock.advance(40_000);
      await cloud.restart(() => {}); // it waits for its visibility timeout
    }
    expect(seconds).toEqual([0, 60]);
    expect(await depth("Dead")).toEqual([1, 0]);
  });

  it("is not a receive whose answer never reached the mapping", async () => {
    const { clock, cloud, send, depth } = await start(() => {});
    let slow = true;
    cloud.guard(async (call, next) => {
      const answer = await next(call);
      if (slow && call.operation === "ReceiveMessage")
        await new Promise<void>((resolve) => clock.after(30_000, "answer", resolve));
      return answer;
    });
    await send("Queue", "a");
    for (let i = 0; i < 10; i++) {
      await clock.advance(1_000);
      expect(await depth("Queue")).toEqual([0, 1]);
      await cloud.restart(() => {});
    }
    slow = false;
    await clock.advance(1_000);
    expect(await depth("Queue")).toEqual([0, 0]);
    expect(await depth("Dead")).toEqual([0, 0]);
  });

  it("is the receive of a client outside, who holds its message through that", async () => {
    const cloud = startLambda(() => {});
    await cloud.queue("Queue", { VisibilityTimeout: "60" });
    await cloud.send("Queue", "a");
    await cloud.bodies("Queue");
    await cloud.cloud.restart(() => {});
    expect(await cloud.depth("Queue")).toEqual([0, 1]);
  });
});

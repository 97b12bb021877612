import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { AwsError } from "../kernel/engine.ts";
import { inlineSdk } from "./inline-sdk.ts";
import { renewing } from "./renewed.ts";

/** A function that wraps what makes counters, and what begins them anew. */
const bench = () => {
  const begins: (() => void)[] = [];
  const renewed = renewing((begin) => void begins.push(begin));
  return { renewed, renew: () => begins.forEach((begin) => void begin()) };
};

type Sqs = {
  SQSClient: new (config: object) => { send: (command: unknown) => Promise<unknown> };
  ListQueuesCommand: new (input: object) => unknown;
};

/** What an instance lends to SDK clients, where every call is throttled. */
const clients = () => {
  const begins: (() => void)[] = [];
  const host = {
    attempts: 0,
    dispatch: async () => {
      host.attempts += 1;
      throw new AwsError("ThrottlingException", "Rate exceeded", 400);
    },
    wait: async () => {},
    random: () => 0.5,
    uuid: () => "id",
    renewed: (begin: () => void) => void begins.push(begin),
  };
  return { host, renew: () => begins.forEach((begin) => void begin()) };
};

describe("what a library keeps for an instance", () => {
  it("is made again as it was made first, where it is a function with properties", () => {
    const { renewed, renew } = bench();
    const counter = (from: number) => {
      let count = from;
      const next = () => ++count;
      return Object.defineProperty(next, "count", { get: () => count });
    };
    const count = renewed(counter)(5);
    expect([count(), count(), count.count]).toEqual([6, 7, 7]);
    renew();
    expect([count.count, count()]).toEqual([5, 6]);
  });

  it("is made again where it is of a class, others that hold it among it", () => {
    const { renewed, renew } = bench();
    class Counter {
      #hidden = 0;
      seen = 0;
      step: number;
      constructor(step: number) {
        this.step = step;
      }
      next() {
        this.seen += 1;
        this.#hidden += this.step;
        return this.#hidden;
      }
    }
    const counter = new (renewed(Counter as never) as never as typeof Counter)(2);
    const twice = renewed((of: Counter) => {
      let asked = 0;
      return { next: () => [++asked, of.next()] };
    })(counter);
    expect([twice.next(), twice.next(), counter.seen]).toEqual([[1, 2], [2, 4], 2]);
    counter.seen = 9;
    expect(counter.seen).toBe(9);
    renew();
    expect([counter.seen, twice.next()]).toEqual([0, [1, 2]]);
  });

  it("are an SDK client's retries: used up in one life, they are there again in the next", async () => {
    const { renew, host } = clients();
    const path = createRequire(import.meta.url).resolve("@aws-sdk/client-sqs");
    const { SQSClient, ListQueuesCommand } = inlineSdk(path, host) as Sqs;
    const client = new SQSClient({});
    const attempts = async () => {
      const before = host.attempts;
      await client.send(new ListQueuesCommand({})).catch(() => {});
      return host.attempts - before;
    };
    expect(await attempts()).toBe(3);
    while ((await attempts()) > 1);
    renew();
    expect(await attempts()).toBe(3);
  });
});

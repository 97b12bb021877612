import { describe, expect, it } from "vitest";
import { costOf } from "./cost-of.ts";
import type { Entry } from "./entry.ts";
import { indexOrders } from "./order-index.ts";
import { lyingOf } from "./under-way.ts";
import { whereaboutsOf } from "./whereabouts.ts";

const entry = (seq: number, kind: string, fields: object): Entry =>
  ({ seq, at: seq, kind, cause: undefined, ...fields }) as Entry;
const [a, b] = ["A", "B"].map((one) => `ord_01J8${one.repeat(22)}`) as [string, string];
const unknown = () => undefined;

/** A trace that is written into, and may have forgotten the oldest of them. */
const traceOf = () => {
  const all: Entry[] = [];
  let first = 1;
  return {
    get: (seq: number) => (seq < first ? undefined : all[seq - 1]),
    entries: (after: number, most: number) => all.slice(Math.max(after, first - 1), after + most),
    get first() {
      return first;
    },
    get last() {
      return all.length;
    },
    write(kind: string, fields: object, oldest = first) {
      first = oldest;
      all.push(entry(all.length + 1, kind, fields));
    },
  };
};

describe("the index of orders", () => {
  it("has the entries of an order in their order, whichever became its own first", () => {
    const trace = traceOf();
    const index = indexOrders(trace);
    trace.write("outside", { who: "shop" });
    trace.write("call", { cause: 1, operation: "Invoke" });
    trace.write("call", { cause: 2, operation: "PutItem" });
    trace.write("item", { cause: 3, key: { pk: { S: a } } });
    expect(index.entries(a).map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect([...index.of(1)]).toEqual([]); // what a person did is no order's
  });

  it("keeps no more than the trace keeps", () => {
    const trace = traceOf();
    const index = indexOrders(trace);
    trace.write("call", { input: a });
    trace.write("call", { input: b });
    expect(index.orders()).toEqual([b, a]);
    trace.write("call", { input: b }, 2);
    expect(index.orders()).toEqual([b]);
    expect(index.size(a)).toBe(0);
    expect([...index.of(1)]).toEqual([]);
  });
});

it("what a batch did for several orders is shared among them", () => {
  const transition = [entry(1, "states.transition", { machine: "m" })];
  expect(costOf(transition, unknown, () => 4).transitions).toBe(0.25);
});

it("a message that was given up is dead for its reason, also when it is heard to be sent there", () => {
  const [lying, ...more] = lyingOf(
    [
      entry(1, "sqs.sent", { messageId: "m", queue: "q" }),
      entry(2, "sqs.dead-letter", { messageId: "m", queue: "q", to: "dead", receives: 5 }),
      entry(3, "sqs.sent", { messageId: "m", queue: "dead" }),
    ],
    unknown,
  );
  expect(lying).toMatchObject({ queue: "dead", dead: expect.stringContaining("received 5 times") });
  expect(more).toEqual([]);
});

it("an order is where its own events say, whatever happened to another in the same batch", () => {
  const placed = (seq: number, orderId: string, type: string) =>
    entry(seq, "item", {
      table: "OrdersOutbox",
      key: { pk: { S: String(seq) } },
      after: {
        envelope: {
          M: {
            id: { S: String(seq) },
            type: { S: `orders.${type}.v1` },
            data: { M: { orderId: { S: orderId } } },
          },
        },
      },
    });
  const entries = [placed(1, a, "OrderPlaced"), placed(2, b, "OrderConfirmed")];
  expect(whereaboutsOf(entries, a, unknown)).toMatchObject({ status: "PENDING" });
});

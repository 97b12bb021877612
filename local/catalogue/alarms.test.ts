import { describe, expect, it } from "vitest";
import { shopGraph } from "../repository.ts";
import { alarmsOf } from "./alarms.ts";

const alarms = alarmsOf(shopGraph());
const named = (name: string) => alarms.find((alarm) => alarm.name === name);

describe("what is promised", () => {
  it("is read from an alarm: what it watches, its bound, its time, and what to do", () => {
    expect(named("OrderViewsQueueLate")).toMatchObject({
      service: "read-side",
      of: "OrderViewsQueue",
      holds: "a message in OrderViewsQueue is handled within 10 minutes",
      rings: "in any 5 minutes",
      runbooks: [{ file: "03-function-throttled.md" }],
    });
    expect(named("OldestOpenOrder")).toMatchObject({
      holds: "every order has ended within 30 minutes",
      rings: "in 2 of the last 3 times 5 minutes, or when nobody measures",
    });
  });

  it("has another bound where the alarm has", () => {
    const graph = structuredClone(shopGraph());
    for (const { name, inputs } of graph.resources)
      if (name === "OrderViewsQueueLateAlarm") inputs.threshold = 3600;
    const late = alarmsOf(graph).find(({ name }) => name === "OrderViewsQueueLate");
    expect(late?.holds).toBe("a message in OrderViewsQueue is handled within 1 hour");
  });

  it("leads where its own name stands, not where a pattern would lead it", () =>
    expect(named("ApiServerErrors")?.runbooks).toMatchObject([
      { file: "03-function-throttled.md" },
    ]));

  it("leads to a runbook, whatever rings", () => {
    const without = alarms.filter(({ runbooks }) => runbooks.length === 0);
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});

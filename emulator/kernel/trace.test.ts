import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { virtualClock } from "./clock.ts";
import { createCloud } from "./cloud.ts";
import { AwsError, administrator, type Engine, type World } from "./engine.ts";
import { createTrace, type Entry } from "./trace.ts";
import { writeTraceTo } from "./trace-file.ts";

/** A service that tells of what it is asked, now or later. */
const teller = ({ note, clock, trace, call }: World): Engine => ({
  service: "teller",
  operations: {
    Tell: ({ what }: { what: string }) => {
      note({ kind: what });
      return what;
    },
    TellLater({ what, ms }: { what: string; ms: number }) {
      clock.after(ms, "tell", async () => {
        await null;
        note({ kind: what });
        await call({
          caller: administrator,
          service: "teller",
          operation: "Tell",
          input: { what },
        });
      });
    },
    Charge() {
      trace.charge(1, 2);
      trace.charge(0, 3);
    },
    Refuse() {
      throw new AwsError("Refused", "Not today", 403);
    },
  },
});

const opened = () => {
  const clock = virtualClock();
  const cloud = createCloud(clock, [teller]);
  const call = (operation: string, input = {}, more = {}) =>
    cloud.call({ caller: administrator, service: "teller", operation, input, ...more });
  const all = () => cloud.trace.entries(0, Number.POSITIVE_INFINITY);
  return { clock, cloud, call, all, trace: cloud.trace };
};

it("a call has its answer, and what it does has the call as its cause, also what it leaves for later", async () => {
  const { clock, call, all } = opened();
  await Promise.all([
    call("TellLater", { what: "late", ms: 20 }),
    call("TellLater", { what: "early", ms: 10 }),
  ]);
  await clock.advance(30);
  const calls = all().filter(({ kind }) => kind === "call");
  for (const what of ["early", "late"]) {
    const cause = calls.find(({ input }) => (input as { what: string }).what === what)?.seq;
    const [told, again] = all().filter(({ kind }) => kind === what);
    expect(told?.cause).toBe(cause);
    // What is told within the second call is caused by that one, which the first has caused.
    expect(calls.find(({ seq }) => seq === again?.cause)?.cause).toBe(cause);
  }
  expect(all().map(({ seq }) => seq)).toEqual(all().map((_, i) => i + 1));
  expect(new Set(all().map(({ of }) => of))).toEqual(
    new Set([undefined, ...calls.map(({ seq }) => seq)]),
  );
});

it("an answer has what the call was charged, or its error", async () => {
  const { call, all } = opened();
  await call("Charge");
  await expect(call("Refuse")).rejects.toThrow("Not today");
  expect(all().filter(({ kind }) => kind === "answer")).toMatchObject([
    { of: 1, units: { read: 1, write: 5 } },
    { of: 3, error: { code: "Refused", message: "Not today", status: 403 } },
  ]);
});

it("a poll is no entry", async () => {
  const { call, all } = opened();
  await call("Charge", {}, { poll: true });
  expect(all()).toEqual([]);
});

it("the oldest entries go when all together are too large, and numbers go on", () => {
  const { trace } = createTrace(virtualClock(), { bytes: 100_000 });
  for (let i = 0; i < 5_000; i++) trace.write({ kind: "small" });
  const { first, last } = trace;
  expect(last).toBe(5_000);
  expect(first).toBeGreaterThan(4_500);
  expect(trace.get(first - 1)).toBeUndefined();
  expect(trace.get(first)?.seq).toBe(first);
  expect(trace.get(last)?.seq).toBe(last);
  expect(trace.get(last + 1)).toBeUndefined();
  expect(trace.entries(0, 2).map(({ seq }) => seq)).toEqual([first, first + 1]);
  expect(trace.entries(last - 1, 10).map(({ seq }) => seq)).toEqual([last]);
  trace.write({ kind: "large" }, 1_000_000);
  expect(trace.first).toBe(last + 1); // the newest is there, however large
});

it("goes on from what passed before it began, which is the first to be forgotten", () => {
  const original = createTrace(virtualClock()).trace;
  for (let i = 0; i < 2_000; i++) original.write({ kind: "small" });
  const before = original.entries(999, 1_000);
  const { trace } = createTrace(virtualClock(), { bytes: 100_000, before });
  expect([trace.first, trace.last]).toEqual([1_000, 1_999]);
  const { seq } = trace.write({ kind: "new" });
  expect(seq).toBe(2_000);
  expect(trace.get(1_500)).toBe(original.get(1_500));
  trace.write({ kind: "large" }, 100_000);
  expect(trace.get(1_000)).toBeUndefined();
  expect(trace.get(2_001)?.kind).toBe("large");
});

it("a thing's entry is known as long as the thing is young", () => {
  const { trace } = createTrace(virtualClock());
  trace.mark("a", 1);
  for (let i = 0; i < 150_000; i++) trace.mark(`other ${i}`, i);
  expect(trace.marked("a")).toBeUndefined();
  expect(trace.marked("other 149999")).toBe(149_999);
});

it("a listener that throws breaks nothing", async () => {
  const reports: unknown[] = [];
  const clock = virtualClock({ onError: (error) => reports.push(error) });
  const { trace } = createTrace(clock);
  const heard: Entry[] = [];
  trace.hear(() => {
    throw new Error("oh");
  });
  const stop = trace.hear((entry) => heard.push(entry));
  trace.write({ kind: "one" });
  stop();
  trace.write({ kind: "two" });
  await clock.advance(1);
  expect(heard.map(({ kind }) => kind)).toEqual(["one"]);
  expect(reports).toHaveLength(1);
});

it("is written into a file, from what there is already; what cannot be written is told in one sentence", async () => {
  const dir = mkdtempSync(join(tmpdir(), "trace-"));
  try {
    const { trace } = createTrace(virtualClock());
    const said: string[] = [];
    const circle: Record<string, unknown> = {};
    circle.own = circle;
    trace.write({ kind: "before" });
    const end = writeTraceTo(trace, join(dir, "trace.jsonl"), (text) => said.push(text));
    trace.write({ kind: "after" });
    trace.write({ kind: "strange", circle });
    await end();
    const lines = readFileSync(join(dir, "trace.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual(["before", "after", "strange"]);
    expect(() => writeTraceTo(trace, dir, () => {})).toThrow(/^Cannot write the trace to/);

    const endFull = writeTraceTo(trace, "/dev/full", (text) => said.push(text));
    trace.write({ kind: "too much" });
    await endFull();
    expect(said).toEqual([
      expect.stringMatching(/^The trace is not written to \/dev\/full any more: ENOSPC.*\.$/),
    ]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

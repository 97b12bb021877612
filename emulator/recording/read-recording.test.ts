import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { sizeOfJson } from "./json-size.ts";
import { readRecording } from "./read-recording.ts";
import { sealed, usualBounds } from "./sealed-file.ts";

const folder = mkdtempSync(join(tmpdir(), "read-recording-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const head = {
  ...{ format: "recorded-run", version: 1, project: "p", projectVersion: "1", node: "v24" },
  ...{ graphHash: "0", recordedAt: 1, now: 2, epoch: 1, speed: 1, seed: [1, 2, 3, 4] },
  ...{ moments: 1, entries: 0 },
};
const graph = { version: 1, app: "small", stage: "local", resources: [], functions: [] };
const moment = { moment: { id: 1, at: 1, seq: 0 }, clock: { now: 1, chance: [1, 2, 3, 4] } };

/** A file of lines with a good seal, as somebody makes it who knows the format. */
const fileOf = async (lines: Iterable<string>) => {
  const pieces: Buffer[] = [];
  const each = async function* () {
    yield* lines;
  };
  for await (const piece of sealed(each())) pieces.push(piece);
  const file = join(folder, "made");
  writeFileSync(file, Buffer.concat(pieces));
  return file;
};
/** A recording with these lines after its one moment. */
const linesWith = (lines: Iterable<string>, of: object = {}) => [
  JSON.stringify({ ...head, ...of }),
  JSON.stringify({ graph }),
  JSON.stringify(moment),
  ...lines,
  '{"end":true}',
];
const read = async (lines: Iterable<string>, bounds = usualBounds) =>
  readRecording(await fileOf(lines), "It", { bounds });
const changed = (part: string, key: string, ...value: unknown[]) => [
  JSON.stringify({ change: [part, key, ...value] }),
];
const entryWith = (seq: number, value: unknown) =>
  JSON.stringify({ entry: { seq, at: 1, kind: "call", value } });

test("a recording that is whole is read", async () => {
  const { moments, entries } = await read(
    linesWith([...changed("sqs.messages", "gone"), entryWith(1, [{}])], { entries: 1 }),
  );
  expect([moments[0]?.changes, entries.length]).toEqual([[["sqs.messages", "gone"]], 1]);
});

describe("what would take more memory than any recording is refused before it is made", () => {
  const bounds = { ...usualBounds, each: { values: 50, depth: 20, text: 100 }, values: 9_500 };
  const of = (value: unknown) => [entryWith(1, value)];
  it.each([
    ["a line of many empty lists", of(Array.from({ length: 60 }, () => [])), "too much in it"],
    [
      "a line of many names",
      of(Object.fromEntries([...Array(60).keys()].map((n) => [`n${n}`, n]))),
      "too much in it",
    ],
    ["a line that nests", of(JSON.parse(`${"[".repeat(30)}${"]".repeat(30)}`)), "too deep"],
    ["a long text", of("x".repeat(101)), "a text that is too long"],
    ["a long name", of({ ["x".repeat(101)]: 1 }), "a text that is too long"],
    ["a text without an end", [`{"entry":"${'\\"'.repeat(60)}`], "a text that is too long"],
  ])("%s", async (_what, lines, why) => {
    await expect(
      read(linesWith(lines, { entries: 1 }), { ...bounds, values: 20_000 }),
    ).rejects.toThrow(
      new RegExp(`^It is no recorded run that can be read: a line (has|goes) ${why}\\.$`),
    );
  });

  it("many lines with little in each, at the line that is one too many", async () => {
    const few = Array.from({ length: 5_000 }, (_, n) => entryWith(n + 1, [[], []]));
    await expect(read(linesWith([...few, "no JSON"]), bounds)).rejects.toThrow(
      "It is no recorded run that can be read: it has more than 9500 values in it.",
    );
  });

  it("counts what is in lists and objects, and no text that looks like it", () => {
    const most = { values: 1e9, depth: 1e9, text: 1e9 };
    expect(sizeOfJson('[1,{"a":[],"b,[{":"\\"],[{"}]', most)).toEqual({
      values: 6,
      depth: 3,
      text: 6,
    });
    expect(sizeOfJson('"\\\\"', most)).toEqual({ values: 1, depth: 0, text: 2 });
  });
});

describe("what a part cannot have is refused in one sentence that names the part", () => {
  const message = {
    ...{ id: "1", queue: "q", body: "b", md5: "0", sender: "s", sentAt: 1, receives: 0 },
    ...{ receivesHere: 0, visibleAt: 1, place: 0 },
  };
  it.each<[string, string, unknown]>([
    ["sqs.messages", "k", null],
    ["sqs.messages", "k", { ...message, body: 5 }],
    ["sqs.messages", "k", { ...message, visibleAt: "soon" }],
    ["sqs.messages", "k", { ...message, visibleAt: 1e300 }],
    ["sqs.messages", "k", { ...message, receives: -1 }],
    ["sqs.queues", "q", { ...{ name: "q" } }],
    ["dynamodb.rows", "t\u0000k", { pk: "text" }],
    ["dynamodb.rows", "t\u0000k", { pk: { N: "much" } }],
    ["dynamodb.rows", "t\u0000k", { pk: { L: [{ M: { a: { X: 1 } } }] } }],
    ["dynamodb.rows", "t\u0000k", { pk: { S: "a", N: "1" } }],
    ["dynamodb.rows", "t\u0000k", { pk: { constructor: "a" } }],
    ["dynamodb.sweeps", "t", { first: null, at: 1 }],
    ["events.archive-packs", "a#0", { count: 1e15 }],
    ["events.rules", "r", { name: "r", targets: "all" }],
    ["states.executions", "x", { threads: null }],
    ["states.histories", "x#1", { timestamp: 1, type: "A", id: "1", previousEventId: 0 }],
    ["lambda.concurrency", "f", -5],
    ["lambda.policies", "f", [null]],
    ["scheduler.next", "s", { due: 1e308, at: 1 }],
    ["ses.emails", "e", { to: "all" }],
  ])("%s %s %j", async (part, key, value) => {
    await expect(read(linesWith(changed(part, key, value)))).rejects.toThrow(
      `It is no recorded run that can be read: "${part}" has an entry that cannot be in it.`,
    );
  });

  it("a message and a row that are whole are taken", async () => {
    const row = { pk: { S: "a" }, n: { N: "-1.5E3" }, l: { L: [{ NULL: true }, { M: {} }] } };
    const lines = [
      ...changed("sqs.messages", "k", message),
      ...changed("dynamodb.rows", "t\u0000k", row),
    ];
    expect((await read(linesWith(lines))).moments[0]?.changes).toHaveLength(2);
  });

  it("a key that is no number where there is one, and a part that nobody has", async () => {
    const event = { timestamp: 1, type: "A", id: 1, previousEventId: 0 };
    await expect(read(linesWith(changed("states.histories", "x#y", event)))).rejects.toThrow(
      '"states.histories" has a key that is none.',
    );
    for (const part of ["of.another", "iam.keys", "constructor", "__proto__"])
      await expect(read(linesWith(changed(part, "k", {})))).rejects.toThrow(
        `It is no recorded run that can be read: it has a part "${part}" that is not known here.`,
      );
  });
});

it.each([-5, 0, 1e308, 4.1, null, "fast", [1]])("a speed of %j is none", async (speed) => {
  await expect(read(linesWith([], { speed }))).rejects.toThrow(
    "It is no recorded run that can be read: its head is not whole.",
  );
});

it("that nobody waits for is read no further", async () => {
  const gone = new AbortController();
  const file = await fileOf(linesWith([]));
  gone.abort();
  await expect(readRecording(file, "It", { signal: gone.signal })).rejects.toThrow(/abort/i);
});

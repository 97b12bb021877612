import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { listenOnLoopback } from "emulator/doors/wire/server";
import { ownParts } from "emulator/recording/recording";
import type { Redaction } from "emulator/recording/redaction";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lensOn } from "../console/lens.ts";
import type { LiveShop } from "../live-shop.ts";
import { exportRun, redactionOf, secretsOf } from "../runs/export-run.ts";
import { type OpenRun, openRun } from "../runs/open-run.ts";
import { runShapes } from "../runs/run-shapes.ts";
import { createRuns } from "../runs/runs.ts";
import { spooledRuns } from "../runs/spooled-runs.ts";
import type { Shop } from "../shop.ts";
import { liveForTest } from "./live-for-test.ts";

const folder = mkdtempSync(join(tmpdir(), "runs-"));
const file = join(folder, "run.petstore-run");
const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** All rows of all tables that a shop knows now. */
const tablesOf = ({ cloud }: Shop) => {
  const rows = cloud.keeper.parts.get("dynamodb.rows");
  return [...(rows?.keys() ?? [])].map((key) => [key, rows?.get(key)]);
};
const hash = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex");
const json = <T>(value: T): T => JSON.parse(JSON.stringify(value));

let live: LiveShop;
let run: OpenRun;
let orders: string[];
let middle: number;
let middleTables: unknown;
/** The one that the file was made with: it takes out of a view what it took out of the file. */
let redaction: Redaction;

/** What the console opens runs with: it is there before the console is asked for the first time. */
const runs = createRuns({});
let openHere = runs.open;

/** A shop on a wall that the test moves: orders that go well and badly, a rewind, and an export. */
beforeAll(async () => {
  const { shop, clock, machine, driven, stop } = await liveForTest();
  live = shop;
  live.beside.runs = { ...runs, open: (...asked) => openHere(...asked) };
  stops.push(stop, runs.stop);
  await live.timeline.mark("opened");
  let keys = 0;
  const place = async (as: string, paymentToken: string, quantity = 1) => {
    const answer = await driven(
      live.api({
        method: "POST",
        path: "/orders?password=of-another-program",
        as,
        // A browser sends what other programs of this machine have left with it.
        headers: {
          "idempotency-key": `key-${++keys}`,
          cookie: "session=of-another-program; other=of-another-program",
          "x-csrf-token": "of-another-program",
          "x-said": "müller-of-another-program@exämple.de",
        },
        body: { lines: [{ productId: "prd_hay", quantity }], paymentToken },
      }),
    );
    expect(answer.status).toBe(202);
    return (answer.json() as { orderId: string }).orderId;
  };
  const first = await place("alice", "tok_approve");
  await machine.pass(clock, 20);
  const mark = await live.timeline.mark("in the middle");
  await place("carol", "tok_approve");
  await machine.pass(clock, 5_000);
  await live.timeline.rewind(mark.id); // what came after it has not happened
  middle = mark.id;
  middleTables = json(tablesOf(live));
  orders = [first, await place("bob", "tok_decline"), await place("alice", "tok_approve", 2)];
  await machine.pass(clock, 30_000);
  redaction = redactionOf(live);
  const { bytes } = await exportRun(live, redaction);
  const pieces: Buffer[] = [];
  for await (const piece of bytes) pieces.push(piece);
  writeFileSync(file, Buffer.concat(pieces));
  run = await openRun({ file });
  stops.push(() => run.stop());
});

const ask = async (
  { api, token }: { api: string; token: string },
  method: string,
  path: string,
  body?: object,
) => {
  const answer = await fetch(
    `${api}/_local/console/${path}${path.includes("?") ? "&" : "?"}token=${token}`,
    {
      method,
      headers: { "x-petstore": "console", ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    },
  );
  // biome-ignore lint/suspicious/noExplicitAny: an answer, as a client sees it
  return { status: answer.status, body: (await answer.json()) as any };
};

describe("a run that was exported", () => {
  it("has no secret and no address of a person, whatever it is packed in", () => {
    const text = gunzipSync(readFileSync(file)).toString();
    expect(text.length).toBeGreaterThan(100_000);
    const secrets = secretsOf(live);
    expect(secrets.length).toBeGreaterThan(50);
    // Every long run of letters as base64, too, and what is in that.
    const within = (one: string) =>
      (one.match(/[A-Za-z0-9+/_-]{12,}/g) ?? []).map((run) =>
        Buffer.from(run, "base64").toString(),
      );
    const once = within(text);
    const all = [text, ...once, ...once.flatMap(within)].join("\n");
    const found = [...secrets, ...live.accounts.map(({ email }) => email)].filter((one) =>
      [one, encodeURIComponent(one)].some((form) => all.includes(form)),
    );
    expect(found).toEqual([]);
    expect(all).not.toContain("of-another-program");
    expect(all).not.toMatch(/PRIVATE KEY|eyJ[\w-]+\.eyJ|[?&]token=(?!\[redacted\])/);
    expect(all.match(/person-1@redacted\.example/g)?.length).toBeGreaterThan(3);
    expect(text).toContain("[redacted]");
  });

  it("tells the same list of orders and the same stories elsewhere", () => {
    const [there, here] = [lensOn(live), lensOn(run.shop)];
    expect(there.orders("").length).toBe(3);
    expect(json(here.orders(""))).toEqual(redaction.value(json(there.orders(""))));
    for (const order of orders) {
      const story = json(here.story(order));
      expect(JSON.stringify(story).length).toBeGreaterThan(5_000);
      expect(story).toEqual(redaction.value(json(there.story(order))));
    }
    const seqs = run.shop.cloud.trace.entries(0, 1e9).map(({ seq }) => seq);
    expect(seqs.at(-1)).toBe(run.shop.cloud.trace.last);
    for (const seq of seqs.filter((seq) => seq % 7 === 0))
      expect(json(here.shown(seq))).toEqual(redaction.value(json(there.shown(seq))));
  });

  it("has the same tables, messages and time at its last moment and at any other", async () => {
    const end = json(tablesOf(live));
    expect(end.length).toBeGreaterThan(50);
    expect(hash(tablesOf(run.shop))).toBe(hash(redaction.value(end)));
    expect((await ask(run, "POST", "commands", { line: `rewind ${middle}` })).status).toBe(200);
    expect(hash(tablesOf(run.shop))).toBe(hash(redaction.value(middleTables)));
    const moment = live.timeline.moments().find(({ id }) => id === middle);
    expect(run.shop.cloud.clock.now()).toBe(moment?.at);
    const last = run.shop.beside.timeline?.moments().at(-1)?.id;
    await ask(run, "POST", "commands", { line: `rewind ${last}` });
    expect(hash(tablesOf(run.shop))).toBe(hash(redaction.value(end)));
    for (const [name, part] of live.cloud.keeper.parts) {
      if (ownParts.includes(name)) continue;
      const other = run.shop.cloud.keeper.parts.get(name);
      const all = (one = part) => json([...one.keys()].map((key) => [key, one.get(key)]));
      expect([name, other && all(other)]).toEqual([name, redaction.value(all())]);
    }
  });
});

it("every part of what a shop knows can be in a run: it has a shape, or a boot makes it anew", () => {
  const parts = [...live.cloud.keeper.parts.keys()];
  expect(parts.toSorted()).toEqual([...Object.keys(runShapes), ...ownParts].toSorted());
});

describe("a run that a browser saves", () => {
  it("is prepared by its page, and fetched once without the page's header, by whoever has its cookie", async () => {
    const server = await listenOnLoopback(0);
    stops.push(server.stop);
    server.serve(live.outside.api);
    const page = { "x-petstore": "console" };
    const ask = (path: string, method = "GET", headers = {}, token = live.pageToken) =>
      fetch(`${server.url}/_local/console/${path}?token=${token}`, { method, headers });
    expect((await ask("run", "POST")).status).toBe(403);
    const prepare = async () => (await ask("run", "POST", page)).json();
    const { ticket, name, entries } = (await prepare()) as Record<string, unknown>;
    expect((await ask(`run/${ticket}`, "GET", {}, "of-nobody")).status).toBe(403);
    const answer = await ask(`run/${ticket}`);
    expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="${name}"`);
    const saved = join(folder, "saved");
    writeFileSync(saved, Buffer.from(await answer.arrayBuffer()));
    const { readRecording } = await import("emulator/recording/read-recording");
    expect((await readRecording(saved, "saved", { shapes: runShapes })).head.entries).toBe(entries);
    expect((await ask(`run/${ticket}`)).status).toBe(404);
    // Two are prepared at most, so that what nobody fetches does not pile up.
    const [one] = [await prepare(), await prepare()] as [{ ticket: string }, unknown];
    expect(await prepare()).toMatchObject({
      detail: expect.stringMatching(/^2 exports are under/),
    });
    const reader = (await ask(`run/${one.ticket}`)).body?.getReader();
    await reader?.cancel(); // broken off: its place is free
    await expect.poll(async () => (await ask("run", "POST", page)).status).toBe(200);
  });
});

describe("a recorded run", () => {
  const orderAt = (api: string, headers = {}) =>
    fetch(`${api}/orders`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ lines: [], paymentToken: "tok_approve" }),
    });

  it("stands, and refuses in one sentence whatever would change it, at the API, at AWS and as a command", async () => {
    const before = hash(tablesOf(run.shop));
    const { sentence } = run.about;
    expect(sentence).toMatch(
      /^This is a recorded run of .*; 'Go on from here' makes a shop of it\.$/,
    );
    const refused = await orderAt(run.api);
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
      409,
      sentence,
    ]);
    const aws = await fetch(run.aws, {
      method: "POST",
      headers: { "x-amz-target": "DynamoDB_20120810.ListTables" },
      body: "{}",
    });
    expect([aws.status, ((await aws.json()) as { message: string }).message]).toEqual([
      403,
      sentence,
    ]);
    for (const [method, path, body] of [
      ["POST", "commands", { line: "pause relay" }],
      ["POST", "commands", { line: "reset" }],
      ["POST", "clock", { paused: false }],
      ["POST", "clock/step", {}],
      ["POST", "fork", { id: 1 }],
      ["POST", "reset", {}],
      ["DELETE", "faults/1", undefined],
    ] as const)
      expect(await ask(run, method, path, body)).toMatchObject({
        status: 409,
        body: { detail: sentence },
      });
    expect(hash(tablesOf(run.shop))).toBe(before);
    expect((await ask(run, "GET", "clock")).body.paused).toBe(true);
  });

  it("answers every question of the console's screens", async () => {
    for (const path of [
      ...["orders", "timeline", "depths", "clock", "map", "faults", "accounts", "runs"],
      ...["sagas", "queues", "events", "patterns", "trace?newest=true", "robot", "scenarios"],
      `orders/${orders[0]}`,
    ]) {
      const { status, body } = await ask(run, "GET", path);
      expect([path, status, body.detail]).toEqual([path, status === 404 ? 404 : 200, undefined]);
    }
    expect((await ask(run, "GET", "runs")).body.recording.sentence).toBe(run.about.sentence);
  });

  it("becomes a living shop where one goes on from a moment, with keys of its own", async () => {
    const { status, body: fork } = await ask(run, "POST", "recording/go-on", { id: middle });
    expect([status, fork.detail]).toEqual([200, undefined]);
    const read = async (order: string) => {
      const { token } = (await (
        await fetch(`${fork.api}/_local/token/alice?token=${fork.token}&format=json`)
      ).json()) as { token: string };
      const answer = await fetch(`${fork.api}/orders/${order}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return ((await answer.json()) as { status: string }).status;
    };
    await expect.poll(() => read(orders[0] ?? "")).toBe("CONFIRMED");
    const listed = await fetch(`${fork.api}/_local/console/orders?token=${fork.token}`, {
      headers: { "x-petstore": "console" },
    });
    expect(await listed.text()).toContain(orders[0]); // it was placed before
    expect(fork.token).not.toBe(run.token);
    const second = await ask(run, "POST", "recording/go-on", { id: middle });
    expect(second.status).toBe(200);
    // Whoever has the file can work out nothing of who may ask.
    expect(second.body.token).not.toBe(fork.token);
    expect(second.body.token).not.toBe(run.token);
    expect(await ask(run, "POST", "recording/go-on", { id: middle })).toMatchObject({
      status: 409,
      body: {
        detail: expect.stringMatching(
          /^There are 2 forks already, .*: stop one, with `stop-fork 1`\.$/,
        ),
      },
    });
    expect((await ask(run, "POST", "recording/go-on", { id: 9e9 })).status).toBe(409);
  });
});

/** Lines as a file with a good seal: what somebody makes who knows the format. */
const sealedFile = async (lines: string[], name = "made.petstore-run") => {
  const { sealed } = await import("emulator/recording/sealed-file");
  const pieces: Buffer[] = [];
  const each = async function* () {
    yield* lines;
  };
  for await (const piece of sealed(each())) pieces.push(piece);
  const made = join(folder, name);
  writeFileSync(made, Buffer.concat(pieces));
  return made;
};
const linesOf = () => gunzipSync(readFileSync(file)).toString().trimEnd().split("\n").slice(0, -1);
/** What opening a file comes to: one sentence, which begins with its name. */
const refusalOf = async (bad: string): Promise<string> => {
  try {
    const opened = await openRun({ file: bad });
    await opened.stop();
    return "opened";
  } catch (error) {
    expect((error as Error).name).toBe("CannotStart");
    const { message } = error as Error;
    expect(message).toMatch(/^[^\n]+\.$/);
    expect(message.slice(0, -1)).not.toMatch(/\. [A-Z]|at .*:\d+:\d+|undefined/);
    return message;
  }
};

describe("a file that is no run", () => {
  it("is told in one sentence, whatever it is", async () => {
    const bytes = readFileSync(file);
    const write = (name: string, content: Buffer | string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const [head = "", ...rest] = linesOf();
    const other = { ...JSON.parse(head), version: 2 };
    expect(await refusalOf(join(folder, "nothing"))).toBe("nothing is not there.");
    expect(await refusalOf(folder)).toMatch("is a directory, not a recorded run.");
    expect(await refusalOf(write("empty", ""))).toBe("empty is empty, so it is no recorded run.");
    expect(await refusalOf(write("text", '{"a":1}'))).toBe("text is no recorded run.");
    expect(await refusalOf(write("gz", gzipSync("{}")))).toBe("gz is no recorded run.");
    expect(await refusalOf(write("cut", bytes.subarray(0, bytes.length - 1)))).toMatch(
      "is damaged",
    );
    expect(await refusalOf(write("half", bytes.subarray(0, 20_000)))).toMatch("is damaged");
    expect(await refusalOf(write("more", Buffer.concat([bytes, Buffer.from("x")])))).toMatch(
      "is damaged",
    );
    expect(await refusalOf(await sealedFile(['{"a":1}'], "a"))).toBe("a is no recorded run.");
    expect(await refusalOf(await sealedFile(["[]"], "b"))).toMatch("is no recorded run");
    expect(await refusalOf(await sealedFile([JSON.stringify(other), ...rest], "c"))).toBe(
      "c has version 2 of the format of recorded runs; this program reads 1.",
    );
    expect(await refusalOf(await sealedFile([head, ...rest.slice(0, -1)], "d"))).toMatch(
      "its end is missing",
    );
  });

  it("that is a bomb is left at its bound", async () => {
    const { readRecording } = await import("emulator/recording/read-recording");
    const { usualBounds } = await import("emulator/recording/sealed-file");
    const bounds = { ...usualBounds, inflated: 4 * 1024 * 1024, line: 1024 * 1024 };
    const [head = "", ...rest] = linesOf();
    const much = Array.from(
      { length: 100 },
      () => `{"change":["lambda.results","b","${"c".repeat(60_000)}"]}`,
    );
    const bomb = await sealedFile([head, ...rest.slice(0, 2), ...much]);
    await expect(readRecording(bomb, "bomb", { bounds })).rejects.toThrow(
      "bomb has more than 4 MB of text in it, more than a recorded run has.",
    );
    const long = await sealedFile([head, "x".repeat(2_000_000)]);
    await expect(readRecording(long, "long", { bounds })).rejects.toThrow(
      "long has a line that is longer than any of a recorded run.",
    );
  });

  it("is found by its checksum, whichever byte is another", async () => {
    // A run so small that each of its bytes gets its turn.
    const lines = linesOf();
    const few = [
      JSON.stringify({ ...JSON.parse(lines[0] ?? ""), moments: 1, entries: 0 }),
      JSON.stringify({
        graph: { version: 1, app: "small", stage: "local", resources: [], functions: [] },
      }),
      lines[2] ?? "",
      '{"end":true}',
    ];
    const { readRecording } = await import("emulator/recording/read-recording");
    const small = readFileSync(await sealedFile(few, "small"));
    expect((await readRecording(join(folder, "small"), "small")).moments).toHaveLength(1);
    const bad = join(folder, "flipped");
    for (let at = 0; at < small.length; at += 1) {
      const flipped = Buffer.from(small);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(bad, flipped);
      await expect(readRecording(bad, "flipped"), `byte ${at}`).rejects.toThrow(
        /^flipped is (no recorded run|damaged)[^\n]*\.$/,
      );
    }
  });

  it("is never half a world, whatever a line says that was written with a good seal", async () => {
    const lines = linesOf();
    const odd = fc.oneof(
      fc.json(),
      fc.constantFrom(
        '{"__proto__":{"polluted":1}}',
        '{"entry":{"__proto__":{"polluted":1},"seq":1,"at":0,"kind":"call"}}',
        '{"entry":null}',
        '{"change":["dynamodb.rows","x",{"a":1}]}',
        '{"change":["dynamodb.tables","x",null]}',
        '{"moment":{"id":1},"clock":{}}',
        "[".repeat(5_000),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(lines.length - 1), odd, async (at, line) => {
        const made = await sealedFile(lines.with(at, line), "odd");
        const told = await refusalOf(made);
        expect(told === "opened" || told.startsWith("odd ")).toBe(true);
        expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      }),
      { numRuns: 12 },
    );
  });

  it.each([
    [
      "a history with a gap",
      [
        "states.histories",
        "arn:x#4000000000",
        { timestamp: 1, type: "A", id: 4e9, previousEventId: 0 },
      ],
      "The history of arn:x has a gap",
    ],
    [
      "an archive with a gap",
      [
        "events.archived",
        "petstore-local-Archive#900000000000",
        { keptAt: 1, time: 1, text: "{}" },
      ],
      "The archive petstore-local-Archive has not all of its events",
    ],
  ])("%s is refused, and nobody walks through it", async (_what, change, why) => {
    const lines = linesOf();
    const first = lines.findIndex((line) => line.startsWith('{"moment"'));
    const made = await sealedFile(lines.toSpliced(first + 1, 0, JSON.stringify({ change })), "gap");
    expect(await refusalOf(made)).toBe(`gap is no run that can be opened here: ${why}.`);
  });

  it("changes nothing in the shop that was to open it, and two runs are open at most", async () => {
    const before = hash([tablesOf(live), live.cloud.trace.last]);
    const bad = join(folder, "bad");
    writeFileSync(bad, "no");
    await expect(runs.open(bad, "bad")).rejects.toThrow("bad is no recorded run.");
    expect(runs.list()).toEqual([]);
    const one = await runs.open(file, "one");
    const two = await runs.open(file, "two");
    expect(two.token).not.toBe(one.token); // it does not follow from the file
    await expect(runs.open(file, "three")).rejects.toThrow("2 recorded runs are open already");
    expect(await runs.close(new URL(one.api).port)).toBe(true);
    expect(runs.list().map(({ about }) => about.file)).toEqual(["two"]);
    await runs.stop();
    expect(hash([tablesOf(live), live.cloud.trace.last])).toBe(before);
  });

  it("that nobody waits for any more is read no further, and is not open: its place is free, its file gone", async () => {
    const asked: Promise<unknown>[] = [];
    const { promise: began, resolve: begin } = Promise.withResolvers<void>();
    openHere = (...question) => {
      begin();
      const opening = runs.open(...question);
      asked.push(opening.catch((error: Error) => error.name));
      return opening;
    };
    const server = await listenOnLoopback(0);
    stops.push(server.stop);
    server.serve(live.outside.api, spooledRuns(live));
    const client = new AbortController();
    const sent = fetch(`${server.url}/_local/console/runs?name=left&token=${live.pageToken}`, {
      method: "POST",
      headers: { "x-petstore": "console" },
      body: readFileSync(file),
      signal: client.signal,
    }).catch((error: Error) => error.name);
    await began;
    client.abort();
    expect([await sent, ...(await Promise.all(asked))]).toEqual(["AbortError", "AbortError"]);
    expect(runs.list()).toEqual([]);
    const mine = () => readdirSync(tmpdir()).filter((name) => name.includes(`-${process.pid}-`));
    await expect.poll(mine).toEqual([]);
    // Whoever goes when it is open, before it was told where, does not keep it open.
    const gone = new AbortController();
    const all = [runs.open(file, "a", gone.signal), runs.open(file, "b")];
    await Promise.all(all);
    gone.abort();
    await expect.poll(() => runs.list().map(({ about }) => about.file)).toEqual(["b"]);
  });

  it("with another infrastructure can be looked at, and says that one cannot go on from it", async () => {
    const [head = "", ...rest] = linesOf();
    const other = JSON.stringify({
      ...JSON.parse(head),
      graphHash: "0".repeat(64),
      projectVersion: "9.9",
    });
    const opened = await openRun({ file: await sealedFile([other, ...rest], "other") });
    stops.push(() => opened.stop());
    expect((await ask(opened, "GET", "orders")).body.orders).toHaveLength(3);
    expect(opened.about.sentence).toMatch("it can only be looked at");
    const { status, body } = await ask(opened, "POST", "recording/go-on", { id: middle });
    expect(status).toBe(409);
    expect(body.detail).toMatch(/^This run was made by version 9\.9 .* one can only look at it\.$/);
  });
});

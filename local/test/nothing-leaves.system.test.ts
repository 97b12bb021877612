import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { GetQueueAttributesCommand, ListQueuesCommand } from "@aws-sdk/client-sqs";
import { signed } from "emulator/doors/wire/testing/signed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OutsideShop, openOutsideShop } from "./outside-shop.ts";

const watch = ["--import", pathToFileURL("local/test/nothing-leaves-watch.ts").href];
const folder = mkdtempSync(join(tmpdir(), "nothing-leaves-"));

type Seen = { kind: "watch" | "tcp" | "udp" | "dns" | "program"; what: string; here: string };
const seenIn = (file: string): Seen[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const outside = (seen: Seen[]) =>
  seen.filter(
    ({ kind, what }) =>
      kind !== "watch" && kind !== "program" && !/^(127\.|::1$|::ffff:127\.|localhost$)/.test(what),
  );

let shop: OutsideShop;
const file = join(folder, "shop");
beforeAll(async () => {
  // Sockets are for isolated functions only.
  shop = await openOutsideShop({
    options: ["--isolated"],
    node: watch,
    env: { NOTHING_LEAVES: file },
  });
});
afterAll(() => shop?.stop());

/** Makes a function of a handler in this repository: an extension of ours to CreateFunction, so no client has it. */
const createFunction = async (FunctionName: string, HandlerFile: string) => {
  const { host } = new URL(shop.ready.aws);
  const { path, headers, body } = signed(
    {
      path: "/2015-03-31/functions",
      headers: { host },
      body: JSON.stringify({ FunctionName, HandlerFile, Handler: "x.handler", Role: "role" }),
    },
    { ...shop.credentials, service: "lambda" },
  );
  const init = { method: "POST", headers, body: String(body) };
  const { status } = await fetch(shop.ready.aws + path, init);
  expect(status).toBe(201);
};

/** How many messages a queue holds, on their way or not. */
const held = async (name: string) => {
  const { Attributes } = await shop.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: `${shop.ready.aws}/123456789012/${name}`,
      AttributeNames: ["All"],
    }),
  );
  return Object.entries(Attributes ?? {})
    .filter(([attribute]) => attribute.startsWith("ApproximateNumberOfMessages"))
    .reduce((sum, [, count]) => sum + Number(count), 0);
};

test("every kind of order goes through, with webhooks and e-mails, and not one byte leaves the machine", async () => {
  const orders = {
    tok_approve: "CONFIRMED",
    tok_decline: "REJECTED",
    tok_timeout_decline: "REJECTED",
    tok_twice: "CONFIRMED",
    tok_disorder: "CONFIRMED",
  };
  const placed = await Promise.all(
    Object.entries(orders).map(
      async ([token, status]) => [await shop.place(token), status] as const,
    ),
  );
  for (const [orderId, status] of placed) await shop.until(orderId, status);
  const [cancelled = ""] = placed[0] ?? [];
  await shop.api("POST", `/orders/${cancelled}/cancel`);
  await shop.until(cancelled, "CANCELLED");
  // Webhooks went out: what is delivered is deleted, and what is not ends among the dead letters.
  await shop.eventually(async () => (await held("petstore-local-ProviderWebhooksQueue")) === 0);
  expect(await held("petstore-local-ProviderWebhooksDlqQueue")).toBe(0);
  const emails = async () => (await fetch(`${shop.ready.api}/_local/emails`)).text();
  await shop.eventually(async () => (await emails()).includes("cancel"));

  const seen = seenIn(file);
  expect(outside(seen)).toEqual([]);
  // The watch was on in the threads that functions run in, too.
  const threads = seen.filter(({ kind }) => kind === "watch").map(({ here }) => here);
  expect(threads.length).toBeGreaterThanOrEqual(2);
  expect(threads).toContain("main");
  for (const { what } of seen.filter(({ kind }) => kind === "program"))
    expect(what).toMatch(/esbuild/);
});

test("a function that tries is refused, by name, before anything is sent", async () => {
  await createFunction("Gossip", "emulator/runtime/testing/outgoing.ts");
  const { host } = new URL(shop.ready.aws);
  const invoke = signed(
    { path: "/2015-03-31/functions/Gossip/invocations", headers: { host } },
    { ...shop.credentials, service: "lambda" },
  );
  const { headers } = invoke;
  const response = await fetch(shop.ready.aws + invoke.path, { method: "POST", headers });
  const answers = Object.values((await response.json()) as object);
  expect(new Set(answers)).toEqual(new Set(["OutgoingConnectionRefused"]));
  const told = () => shop.stderr();
  await shop.eventually(async () => /Refused: Gossip asked for example\.com/.test(told()));
  expect(told()).toContain("Refused: Gossip asked for 192.0.2.1, which is not on this machine.");
  expect(outside(seenIn(file))).toEqual([]);
});

test("the watch sees every way out, in every thread", () => {
  const ways = `
    import dgram from "node:dgram";
    import dns from "node:dns";
    import https from "node:https";
    import net from "node:net";
    import { isMainThread, Worker } from "node:worker_threads";
    const ignore = () => {};
    net.connect(80, "192.0.2.1").on("error", ignore);
    net.connect(80, "2001:db8::1").on("error", ignore);
    https.get("https://192.0.2.2/").on("error", ignore);
    fetch("http://192.0.2.3/").catch(ignore);
    fetch("https://a.example/").catch(ignore);
    dns.lookup("b.example", ignore);
    dns.promises.resolve4("c.example").catch(ignore);
    const socket = dgram.createSocket("udp4");
    socket.send("x", 53, "192.0.2.4", () => socket.close());
    if (isMainThread) new Worker(process.argv[1], { execArgv: [], env: {}, name: "another" });
  `;
  const script = join(folder, "ways.mjs");
  const log = join(folder, "ways");
  writeFileSync(script, ways);
  const env = { ...process.env, NOTHING_LEAVES: log };
  const { status, stderr } = spawnSync(process.execPath, [...watch, script], { env });
  expect(String(stderr)).toBe("");
  expect(status).toBe(0);
  const caught = outside(seenIn(log));
  for (const thread of ["main", "another"])
    expect(new Set(caught.filter(({ here }) => here === thread).map(({ what }) => what))).toEqual(
      new Set([
        "192.0.2.1",
        "192.0.2.2",
        "192.0.2.3",
        "192.0.2.4",
        "2001:db8::1",
        "a.example",
        "b.example",
        "c.example",
      ]),
    );
});

test("queues are handed out under local addresses", async () => {
  const { QueueUrls = [] } = await shop.sqs.send(new ListQueuesCommand({}));
  expect(QueueUrls.length).toBeGreaterThan(10);
  for (const url of QueueUrls) expect(url.startsWith(`${shop.ready.aws}/123456789012/`)).toBe(true);
});

/** The addresses that a process listens on, as Linux has them in hexadecimal. */
const listening = (pid: number): string[] => {
  const linkOf = (fd: string) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ""; // closed meanwhile
    }
  };
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => /^socket:\[(\d+)\]/.exec(linkOf(fd))?.[1]),
  );
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode = ""]) => state === "0A" && inodes.has(inode))
      .map(([, address = ""]) => address.split(":")[0] as string),
  );
};

test.runIf(process.platform === "linux")("it listens on loopback alone", () => {
  expect(listening(shop.child.pid as number)).toEqual(["0100007F", "0100007F"]);
});

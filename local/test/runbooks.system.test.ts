import { globSync, readFileSync } from "node:fs";
import { AwsError } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repositoryRoot } from "../repository.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { redriver } from "./redriver.ts";
import { by, failAtTables, spoil } from "./spoil.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const pages = globSync("docs/runbooks/[0-9]*.md", { cwd: repositoryRoot }).sort();
const textOf = (page: string) => readFileSync(`${repositoryRoot}/${page}`, "utf8");

/** The commands of a page: the lines of its blocks of sh. */
const commandsOf = (page: string) =>
  [...textOf(page).matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
    block.trim().split("\n"),
  );

const wordsOf = (line: string) =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
const pascal = (name: string) =>
  name.replace(/(^|-)(\w)/g, (_, __, letter) => letter.toUpperCase());

/** `npm run aws -- sqs get-queue-url --queue-name x`, as the AWS CLI reads it. */
const callAws = ([service = "", operation = "", ...options]: string[]) => {
  const input: Record<string, string> = {};
  for (let i = 0; i < options.length; i += 2)
    input[pascal((options[i] ?? "").replace(/^--/, ""))] = options[i + 1] ?? "";
  return shop.drive(shop.local.call(service, pascal(operation), input));
};

/** `curl -sX POST $API/… -H … -d …`, as a request to the API. */
const callApi = async ([, method, url = "", ...options]: string[]) => {
  const headers: Record<string, string> = {};
  let body: string | undefined;
  for (let i = 0; i < options.length; i += 2) {
    const value = options[i + 1] ?? "";
    const [name = "", ...rest] = value.split(": ");
    if (options[i] === "-H") headers[name] = rest.join(": ");
    if (options[i] === "-d") body = value;
  }
  const request = { method: method ?? "GET", path: new URL(url).pathname, headers, body };
  const { status, text } = await shop.drive(shop.local.api(request));
  if (status >= 300) throw new Error(`${url} answers ${status}: ${text}`);
};

/** Does what a page says, and answers what its redrives did. */
const follow = async (page: string, variables: Record<string, string> = {}) => {
  const done: Awaited<ReturnType<ReturnType<typeof redriver>>>[] = [];
  const redrive = redriver(shop);
  const all: Record<string, string> = { ...variables };
  for (const line of commandsOf(page)) {
    const command = line.replace(/\$([A-Z]+)/g, (_, name) => all[name] ?? `$${name} is not set`);
    if (command.startsWith("npm run redrive -- ")) {
      const result = await redrive(...wordsOf(command).slice(4));
      expect(result.code, `${command}\n${result.said.join("\n")}`).toBe(0);
      const [id] = result.said.flatMap((said) => /^ {2}(\S+) /.exec(said)?.[1] ?? []);
      if (id) all.MESSAGE = id;
      done.push(result);
    } else if (command.startsWith("npm run aws -- ")) await callAws(wordsOf(command).slice(4));
    else if (command.startsWith("curl ")) await callApi(wordsOf(command).slice(1));
    else throw new Error(`${page} says "${command}", and nobody here can do that.`);
  }
  return done.flatMap(({ entries }) => entries);
};

const nothingWaits = async (except = /^$/) => {
  const { said } = await redriver(shop)();
  expect(said.filter((line) => !/ 0$/.test(line) && !except.test(line))).toEqual([]);
};
const fails = (...names: string[]) => failAtTables(shop.local, ...names);
const stop = (orderId: string, machine = "FulfilOrder") =>
  shop.local.call("states", "StopExecution", {
    executionArn: `arn:aws:states:us-east-1:123456789012:execution:petstore-local-${machine}:${orderId}`,
  });
const endsAs = async (status: string, ...ids: string[]) => {
  for (const id of ids) expect(await shop.read(id)).toMatchObject({ status });
};
/** So long nothing else helps: the sweepers look at what is five or ten minutes old. */
const soon = () => shop.clock.advance(2 * MINUTE);
const soundAtRest = async () => {
  await shop.settle();
  await nothingWaits();
  expect(await shop.broken()).toEqual([]);
};

/** What each page is about, made to happen; then what the page says; then how it is. */
const stories: Record<string, (page: string) => Promise<void>> = {
  async "01-poisoned-message"(page) {
    const [Source, DetailType] = ["petstore.orders", "orders.OrderConfirmed.v1"];
    const Detail = JSON.stringify({ type: DetailType, hop: 1 });
    const Entries = [{ EventBusName: shop.local.nameOf("Bus"), Source, DetailType, Detail }];
    await shop.local.call("events", "PutEvents", { Entries });
    await soon();
    const entries = await follow(page);
    expect(entries).toMatchObject([{ outcome: "discarded", queue: "SalesQueueDlq" }]);
    await shop.settle();
    await nothingWaits(/^(OrderViews|Notifications)/); // they were told of it, too
  },

  async "02-consumer-failed"(page) {
    const mend = fails("ProjectOrders");
    const orderId = await shop.order();
    await shop.clock.advance(30 * MINUTE);
    const timeline = async () => JSON.stringify((await shop.read(orderId)).timeline ?? []);
    expect(await timeline()).not.toContain("OrderConfirmed");
    mend();
    await follow(page);
    await soundAtRest();
    expect(await timeline()).toContain("OrderConfirmed");
  },

  async "03-function-throttled"(page) {
    const FunctionName = shop.local.nameOf("StartFulfilment");
    const none = { FunctionName, ReservedConcurrentExecutions: 0 };
    await shop.local.call("lambda", "PutFunctionConcurrency", none);
    const orderId = await shop.order();
    await shop.clock.advance(MINUTE);
    const [entry] = await follow(page);
    expect(entry?.reason).toContain("ZeroReservedConcurrency");
    await soon();
    await endsAs("CONFIRMED", orderId);
    await soundAtRest();
  },

  async "04-not-delivered"(page) {
    const refused = spoil(
      shop.local,
      ({ caller, operation, input }) =>
        caller.name === "rule petstore-local-Sales" &&
        operation === "SendMessage" &&
        !/Dlq/.test(input.QueueUrl),
      () => Promise.reject(new AwsError("AccessDeniedException", "Not allowed", 403)),
    );
    const orderId = await shop.order();
    await soon();
    refused.stop();
    await endsAs("CONFIRMED", orderId);
    const entries = await follow(page);
    expect(entries.map(({ reason }) => reason)).toContain("NO_PERMISSIONS: Not allowed");
    await soundAtRest();
  },

  async "05-saga-not-started"(page) {
    const mend = fails("StartFulfilment", "StartCancellation");
    const orderId = await shop.order();
    await shop.clock.advance(5 * MINUTE);
    mend();
    const entries = await follow(page);
    expect(entries).toMatchObject([{ outcome: "invoked" }]);
    await soon();
    await endsAs("CONFIRMED", orderId);
    await soundAtRest();
  },

  async "06-recovery-failed"(page) {
    const mend = fails("RecoverSaga");
    const orderId = await shop.order("tok_late");
    await shop.clock.advance(3 * SECOND);
    await stop(orderId);
    await shop.clock.advance(5 * MINUTE);
    mend();
    const [entry] = await follow(page);
    expect(entry?.what).toContain(orderId);
    await soon();
    await soundAtRest();
    await endsAs("CONFIRMED", orderId);
  },

  async "07-schedule-failed"(page) {
    const mend = fails("SweepSagas");
    await shop.clock.advance(21 * MINUTE);
    mend();
    const entries = await follow(page);
    expect(entries.length).toBeGreaterThan(2);
    expect(entries[1]?.outcome).toBe("made up for by the same run");
    await soundAtRest();
  },

  async "08-outbox-rows"(page) {
    const stops = ["OrdersRelayOutbox", "OrdersSweepOutbox"].map(
      (name) =>
        spoil(shop.local, (call) => by(name)(call) && call.service === "events", "is lost").stop,
    );
    const orderId = await shop.order();
    await shop.clock.advance(80 * MINUTE);
    for (const end of stops) end();
    await follow(page);
    await soon();
    await endsAs("CONFIRMED", orderId);
    const count = /--table-name (\S+) --select COUNT/.exec(textOf(page))?.[1];
    const { Count } = await shop.local.call("dynamodb", "Scan", { TableName: count });
    expect(Count).toBe(0);
  },

  async "09-webhook-not-taken"(page) {
    const mend = fails("ReceiveWebhook");
    const orderId = await shop.order();
    await shop.clock.advance(60 * MINUTE);
    mend();
    const entries = await follow(page);
    expect(entries.length).toBeGreaterThan(0);
    await soundAtRest();
    await endsAs("CONFIRMED", orderId);
  },

  async "10-order-needs-attention"(page) {
    const ids: string[] = [];
    for (let i = 0; i < 2; i++) {
      const orderId = await shop.order("tok_late");
      for (const run of ["", "_2", "_3"]) {
        await shop.clock.advance(3 * SECOND);
        await stop(orderId + run);
      }
      ids.push(orderId);
    }
    await shop.clock.advance(MINUTE);
    await endsAs("NEEDS_ATTENTION", ...ids);
    const [ORDER = "", HOPELESS = ""] = ids;
    const ADMIN = shop.local.token("admin");
    await follow(page, { API: shop.local.urls.api, ADMIN, ORDER, HOPELESS });
    await soundAtRest();
    await endsAs("CONFIRMED", ORDER);
    await endsAs("CANCELLED", HOPELESS);
  },
};

describe("a runbook", () => {
  it("is there for each story, and the other way round", () => {
    expect(pages.map((page) => page.replace(/^.*\/(.*)\.md$/, "$1"))).toEqual(Object.keys(stories));
    const index = textOf("docs/runbooks/README.md");
    for (const page of pages) expect(index).toContain(`(${page.split("/").at(-1)})`);
  });

  it.each(Object.keys(stories))("%s mends what it is about, word for word", async (name) => {
    await stories[name]?.(`docs/runbooks/${name}.md`);
  });
});

import { globSync, readFileSync } from "node:fs";
import { SIGNATURE_HEADER, signWebhook } from "@petstore/core/webhook-signature";
import { AwsError } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { alarmsOf } from "../metrics/alarms.ts";
import { redriver } from "../redrive/redriver.ts";
import { repositoryRoot, shopGraph } from "../repository.ts";
import { by, deployKeyToProvider as deployKey, failAtTables, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

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

/** A value of an option, as the AWS CLI reads it: a number of seconds, `Key=value`, or a text. */
const optionValue = (text: string): unknown => {
  const [key = "", value] = /^(\w+)=(.*)$/.exec(text)?.slice(1) ?? [];
  if (value !== undefined) return { [key]: value };
  return /^\d+$/.test(text) ? Number(text) : text;
};

/** `npm run aws -- sqs get-queue-url --queue-name x`, as the AWS CLI reads it. */
const callAws = ([service = "", operation = "", ...options]: string[]) => {
  const states = service === "stepfunctions"; // its names begin with small letters
  const input: Record<string, unknown> = {};
  for (let i = 0; i + 1 < options.length; i += 2) {
    const name = pascal((options[i] ?? "").replace(/^--/, ""));
    const key = states ? name.replace(/^./, (letter) => letter.toLowerCase()) : name;
    input[key] = optionValue(options[i + 1] ?? "");
  }
  // The CLI's own option: a payload as text, not in base64.
  const { CliBinaryFormat, Payload, ...others } = input;
  if (CliBinaryFormat === "raw-in-base64-out") {
    const payload = Buffer.from(String(Payload)).toString("base64");
    return shop.drive(shop.local.call(service, pascal(operation), { ...others, Payload: payload }));
  }
  return shop.drive(shop.local.call(states ? "states" : service, pascal(operation), input));
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
    if (/^npm run redrive( |$)/.test(command)) {
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
const deployKeyToProvider = (key: string) => deployKey(shop.local, key);
const fails = (...names: string[]) => failAtTables(shop.local, ...names);
const stop = (orderId: string, machine = "FulfilOrder") =>
  shop.local.call("states", "StopExecution", {
    executionArn: `arn:aws:states:us-east-1:123456789012:execution:petstore-local-${machine}:${orderId}`,
  });
const endsAs = async (status: string, ...ids: string[]) => {
  for (const id of ids) expect(await shop.read(id)).toMatchObject({ status });
};
/** The provider took what it had said to be voided. */
const captureAtProvider = (orderId: string) =>
  shop.local.call("dynamodb", "UpdateItem", {
    TableName: shop.local.nameOf("ProviderTable"),
    Key: { pk: { S: orderId.replace("ord_", "pay_") }, sk: { S: "PAYMENT" } },
    UpdateExpression: "SET payment.#state = :captured",
    ExpressionAttributeNames: { "#state": "state" },
    ExpressionAttributeValues: { ":captured": { S: "captured" } },
  });
/** Its webhook about that. Answers the status that we answer. */
const tellCaptured = async (orderId: string) => {
  const paymentId = orderId.replace("ord_", "pay_");
  const data = { paymentId, status: "captured", amount: 499, currency: "USD" };
  const id = `whk_x-${paymentId}-captured`;
  const body = JSON.stringify({ id, type: "payment.captured", data });
  const signature = signWebhook(body, "sandbox-webhook-secret", shop.clock.now());
  const headers = { [SIGNATURE_HEADER]: signature };
  const request = { method: "POST", path: "/webhooks/payments", headers, body } as const;
  return (await shop.drive(shop.local.api(request))).status;
};
const hearErrorLines = () => {
  const lines: string[] = [];
  shop.local.cloud.observe(({ kind, line }) => {
    if (kind === "log" && /"level":"ERROR"/.test(String(line))) lines.push(String(line));
  });
  return () => lines.join();
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
    const [mendRelay, mendSweeper] = ["OrdersRelayOutbox", "OrdersSweepOutbox"].map(
      (name) =>
        spoil(shop.local, (call) => by(name)(call) && call.service === "events", "is lost").stop,
    );
    const orderId = await shop.order();
    await shop.clock.advance(80 * MINUTE);
    mendRelay?.();
    await follow(page);
    await soon();
    await endsAs("CONFIRMED", orderId);
    mendSweeper?.(); // not before, or it would have done all this by itself
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

  async "11-orders-do-not-end"(page) {
    const mend = failAtTables(shop.local, "StartFulfilment", "SweepSagas");
    const orderId = await shop.order();
    await shop.clock.advance(40 * MINUTE);
    await endsAs("PENDING", orderId);
    mend();
    await follow(page);
    await shop.clock.advance(20 * SECOND); // Lambda itself tries the sweeper's run again after a minute
    await endsAs("CONFIRMED", orderId);
  },

  async "12-lost-on-the-way"(page) {
    const FROM = String(shop.clock.now() / 1000);
    const mend = spoil(
      shop.local,
      ({ caller }) => caller.name === "rule petstore-local-Sales",
      () => Promise.reject(new AwsError("AccessDeniedException", "Not allowed", 403)),
    ).stop;
    await shop.order();
    await shop.clock.advance(30 * MINUTE);
    const sales = async () => {
      const answer = await shop.drive(
        shop.local.api({ path: "/reports/daily-sales", as: "admin" }),
      );
      return (answer.json() as { orders: number }).orders;
    };
    expect(await sales()).toBe(0);
    mend();
    await follow(page, { FROM, UNTIL: String(Math.floor(shop.clock.now() / 1000)) });
    await shop.clock.advance(10 * MINUTE);
    expect(await sales()).toBe(1);
    await soundAtRest();
  },

  async "13-provider-contradicts"(page) {
    const ORDER = await shop.order("tok_late");
    await shop.clock.advance(3 * SECOND);
    await shop.cancel(ORDER);
    await shop.settle();
    await captureAtProvider(ORDER);
    const mailed = shop.local.emails().length;
    expect(await tellCaptured(ORDER)).toBe(200);
    await shop.settle();
    const subjects = () =>
      shop.local
        .emails()
        .slice(mailed)
        .map(({ subject }) => subject);
    expect(subjects()).toEqual([`The payment of ${ORDER} needs attention`]);
    await follow(page);
    const { timeline } = await shop.read(ORDER);
    expect(timeline.at(-1)).toMatchObject({ what: "PaymentNeedsAttention" });
    await endsAs("CANCELLED", ORDER);
    // What the page says must not be done, for our books have taken nothing.
    const body = { amount: { amount: 499, currency: "USD" }, reason: "Back at the provider." };
    const path = `/payments/${ORDER}/refunds`;
    const headers = { "idempotency-key": "by-hand-1" };
    const request = { method: "POST", path, as: "admin", headers, body } as const;
    expect((await shop.drive(shop.local.api(request))).status).toBe(409);
    await nothingWaits();
  },

  async "14-key-refused"(page) {
    const mend = await deployKeyToProvider("another-key");
    const errors = hearErrorLines();
    const orderId = await shop.order();
    await shop.clock.advance(5 * MINUTE);
    expect(errors()).toContain("ProviderRefusesUs");
    await endsAs("PENDING", orderId);
    await mend();
    await follow(page);
    await soundAtRest();
    await endsAs("CONFIRMED", orderId);
  },

  async "15-customer-not-registered"(page) {
    const SUB = "11111111-2222-4333-8444-555555555555";
    const mend = fails("WelcomeCustomer");
    const userAttributes = {
      ...{ sub: SUB, email_verified: "true", "cognito:user_status": "CONFIRMED" },
      ...{ email: "eve@example.com" },
    };
    const event = {
      ...{ version: "1", region: "us-east-1", userPoolId: "us-east-1_pool", userName: SUB },
      ...{ triggerSource: "PostConfirmation_ConfirmSignUp", callerContext: {} },
      ...{ request: { userAttributes }, response: {} },
    };
    await shop.drive(shop.local.invoke("WelcomeCustomer", event));
    mend();
    const redriven = await redriver(shop)("WelcomeCustomerDlq");
    expect(redriven).toMatchObject({ code: 1, entries: [] }); // it takes a person
    const entries = await follow(page, { SUB, EMAIL: "eve@example.com", NAME: "Eve" });
    expect(entries).toMatchObject([{ outcome: "discarded", queue: "WelcomeCustomerDlq" }]);
    await nothingWaits();
    const contact = await shop.local.call("dynamodb", "Scan", {
      TableName: shop.local.nameOf("NotificationsTable"),
    });
    expect(JSON.stringify(contact.Items)).toContain("eve@example.com");
  },

  async "16-books-differ"(page) {
    const API = shop.local.urls.api;
    await shop.drive(shop.local.invoke("Reconcile", {}));
    await follow(page, { API, ADMIN: shop.local.token("admin") });
  },
};

describe("a runbook", () => {
  it("is there for each story, and the other way round", () => {
    expect(pages.map((page) => page.replace(/^.*\/(.*)\.md$/, "$1"))).toEqual(Object.keys(stories));
    const index = textOf("docs/runbooks/README.md");
    for (const page of pages) expect(index).toContain(`(${page.split("/").at(-1)})`);
  });

  it("is found by every alarm that there is, and names no other", () => {
    const known = alarmsOf(shopGraph()).map(({ name }) => name);
    const index = textOf("docs/runbooks/README.md");
    const table = index.slice(index.indexOf("| alarm "), index.indexOf("What is true of all"));
    const patterns = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(
        ([, name = ""]) => new RegExp(`^${name.replace("…", ".+")}$`),
      ),
    );
    for (const pattern of patterns)
      expect(
        known.some((name) => pattern.test(name)),
        String(pattern),
      ).toBe(true);
    for (const name of known)
      expect(
        patterns.some((pattern) => pattern.test(name)),
        name,
      ).toBe(true);
    const told = pages.flatMap((page) => [
      ...textOf(page).matchAll(/`([A-Z]\w+(?:NotEmpty|Errors|Late|Failed|Aborted|TimedOut))`/g),
    ]);
    expect(told.length).toBeGreaterThan(10);
    for (const [, name = ""] of told) expect(known, name).toContain(name);
  });

  it("is found by every queue in which something waits for a person", () => {
    const index = textOf("docs/runbooks/README.md");
    const named = [...index.slice(0, index.indexOf("| alarm ")).matchAll(/`([^`\s]+)`/g)].map(
      ([, name = ""]) => new RegExp(`^${name.replace("…", ".+")}$`),
    );
    const queues = shopGraph().resources.filter(
      ({ type, inputs }) => type === "aws:sqs/queue:Queue" && !inputs.redrivePolicy,
    );
    expect(queues.length).toBeGreaterThan(20);
    for (const { name } of queues) {
      const short = name.replace(/Queue$/, "");
      expect(
        named.filter((pattern) => pattern.test(short)),
        short,
      ).not.toEqual([]);
    }
  });

  it.each(Object.keys(stories))("%s mends what it is about, word for word", async (name) => {
    await stories[name]?.(`docs/runbooks/${name}.md`);
  });
});

import { describe, expect, it } from "vitest";
import { readGraph } from "../local/src/boot/graph.ts";
import { virtualClock } from "../local/src/clock.ts";
import { AwsError, type Call } from "../local/src/engine.ts";
import { needsOf } from "../local/src/iam/actions.ts";
import { localCloud } from "../local/src/local-cloud.ts";
import { seed } from "../local/src/seed/seed.ts";
import { newTrace } from "../packages/core/src/context.ts";
import { usd } from "../packages/core/src/money.ts";
import { OrderId } from "../packages/events/src/ids.ts";
import type { Resource } from "./synth/graph.ts";
import { all, byArn, graph, rightsOf } from "./synth/read-graph.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const tokens = [
  "tok_approve",
  "tok_decline",
  "tok_timeout_approve",
  "tok_timeout_decline",
  "tok_late",
  "tok_twice",
  "tok_disorder",
  "tok_refund_fails",
];

/** Rights that AWS asks for and the local cloud does not: it keeps logs, and polls queues and streams, by other means. */
const ofAws = new Set([
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "sqs:GetQueueAttributes",
  "dynamodb:DescribeStream",
  "dynamodb:ListStreams",
]);
const alsoOfAws = /:configuration-set\//; // the sender's identity names one

const roleOf = (name: string) => graph.functions.find((fn) => fn.name === name)?.role;
const rolesOf = (which: (fn: Resource) => boolean) =>
  new Set(
    all("Function")
      .filter(which)
      .map(({ inputs }) => inputs.role),
  );
const asynchronous = rolesOf(({ inputs }) => inputs.deadLetterConfig);
const relays = rolesOf(({ name }) => name.includes("RelayOutbox"));

/** The shop in one process under virtual time, with a note of every right that is made use of. */
const openShop = async () => {
  const clock = virtualClock();
  const local = await localCloud({
    clock,
    graph: readGraph("infra/graph.json"),
    runtime: "inline",
  });
  const used = new Set<string>();
  const denied: object[] = [];
  local.cloud.observe((fact) => {
    if (fact.kind === "iam.denied") denied.push(fact);
  });
  const broken = { call: (_: Call): boolean => false };
  local.cloud.guard((call, next) => {
    if (call.caller.role.startsWith("arn:aws:iam:"))
      for (const { action, resource } of needsOf(call, local.cloud))
        used.add(`${call.caller.role} ${action} ${resource}`);
    if (broken.call(call)) throw new AwsError("InternalFailure", "Broken for a while", 500);
    return next(call);
  });

  /** Lets virtual time pass until the work is done. */
  const drive = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    await clock.runUntil(() => over);
    return work;
  };
  const api = (method: string, path: string, as: string, body?: object) =>
    drive(
      local.api({ method, path, as, body, headers: { "idempotency-key": crypto.randomUUID() } }),
    );
  const place = async (token: string, productId = "prd_hay") => {
    const lines = [{ productId, quantity: 1 }];
    const placed = await api("POST", "/orders", "alice", { lines, paymentToken: token });
    expect(placed.status, placed.text).toBe(202);
    return (placed.json() as { orderId: string }).orderId;
  };
  const cancel = (orderId: string) => api("POST", `/orders/${orderId}/cancel`, "alice");
  /** Ends an execution by hand, as an operator might. */
  const stop = (machine: string, name: string) =>
    local.call("states", "StopExecution", {
      executionArn: `arn:aws:states:us-east-1:123456789012:execution:petstore-local-${machine}:${name}`,
    });
  await drive(seed(local));
  return { clock, local, used, denied, broken, drive, api, place, cancel, stop };
};
type Shop = Awaited<ReturnType<typeof openShop>>;

const everyKindOfOrder = async ({ clock, place, cancel }: Shop) => {
  for (const token of tokens) await place(token);
  await place("tok_approve", "prd_parrot");
  await place("tok_approve", "prd_parrot"); // there is only one
  await cancel(await place("tok_late"));
  await clock.advance(10 * MINUTE);
  const confirmed = await place("tok_refund_fails");
  await clock.advance(MINUTE);
  await cancel(confirmed);
  await clock.advance(10 * MINUTE);
};

const everyQuestion = async ({ local, drive, api, place }: Shop) => {
  const orderId = await place("tok_approve");
  const some = ["/orders", `/orders/${orderId}`, "/products", "/products/prd_hay", "/openapi.json"];
  for (const path of some) await api("GET", path, "alice");
  await api("GET", "/reports/daily-sales", "admin");
  const count = { productId: "prd_hay", quantity: -1, reason: "Eaten" };
  expect((await api("POST", "/stock/adjustments", "admin", count)).status).toBe(201);
  const http = { method: "GET", path: "/v1/ledger" };
  const headers = { authorization: "Bearer sandbox-api-key", host: "provider" };
  const event = { version: "2.0", rawPath: http.path, rawQueryString: "", headers };
  const asked = { ...event, requestContext: { http }, isBase64Encoded: false };
  expect(await drive(local.invoke("ProviderApi", asked))).toMatchObject({ statusCode: 200 });
};

/** Events that are none: every consumer hears of one or the other. */
const nonsense = async ({ clock, local }: Shop) => {
  const Detail = JSON.stringify({ nobody: "understands this" });
  const EventBusName = local.nameOf("Bus");
  const Entries = ["inventory.ProductListed.v1", "orders.OrderConfirmed.v1"].map((DetailType) => {
    const Source = `petstore.${DetailType.split(".")[0]}`;
    return { EventBusName, Source, DetailType, Detail };
  });
  await local.call("events", "PutEvents", { Entries });
  await clock.advance(MINUTE);
};

/** A reservation that nobody comes back for. */
const forgottenReservation = async ({ clock, local, drive }: Shop) => {
  const orderId = OrderId.create();
  const total = usd(100);
  const lines = [{ productId: "prd_hay", name: "Hay", quantity: 1, unitPrice: total }];
  const customerId = local.accounts[0]?.customerId;
  const order = { orderId, customerId, lines, total, paymentToken: "tok_approve" };
  await drive(local.invoke("ReserveStock", { ...order, trace: newTrace(orderId) }));
  await clock.advance(HOUR);
};

/** Sagas that end early: one is begun again until a person has to look, one cannot undo what it did. */
const brokenSagas = async ({ clock, broken, place, cancel, stop }: Shop) => {
  const stopped = await place("tok_late");
  for (const run of ["", "_2", "_3"]) {
    await clock.advance(3000);
    await stop("FulfilOrder", `${stopped}${run}`);
  }
  const returned = await place("tok_approve");
  await clock.advance(MINUTE);
  broken.call = ({ caller }) => caller.role === roleOf("RefundPayment");
  await cancel(returned);
  await clock.advance(3000);
  await stop("ReturnOrder", returned);
  await clock.advance(MINUTE);
  broken.call = ({ caller }) => caller.role === roleOf("ReleaseStock");
  await place("tok_decline");
  await clock.advance(24 * HOUR); // undos do not give up soon
  broken.call = () => false;
  await clock.advance(HOUR);
};

/** Nothing asynchronous works for two hours. What the dead-letter queues do not hold, the sweepers find. */
const twoHoursWithout = async ({ clock, broken, place, cancel, stop }: Shop) => {
  const [first, third, returned, later] = [
    await place("tok_late"),
    await place("tok_late"),
    await place("tok_approve"),
    await place("tok_approve"),
  ];
  for (const run of ["", "_2"]) {
    await clock.advance(3000);
    await stop("FulfilOrder", `${third}${run}`);
  }
  await clock.advance(3000);
  broken.call = ({ caller }) => caller.role === roleOf("RefundPayment");
  await cancel(returned);
  await clock.advance(2000);
  broken.call = ({ caller, service }) => asynchronous.has(caller.role) && service !== "sqs";
  await stop("FulfilOrder", first);
  await stop("FulfilOrder", `${third}_3`);
  await stop("ReturnOrder", returned);
  await cancel(later);
  await place("tok_approve");
  await clock.advance(2 * HOUR);
  broken.call = () => false;
  await clock.advance(HOUR);
};

/** Rows that are no events, which the relays cannot even park. */
const twoHoursWithoutRelays = async ({ clock, local, broken, place }: Shop) => {
  broken.call = ({ caller, operation }) =>
    relays.has(caller.role) && (operation === "PutEvents" || operation === "SendMessage");
  await place("tok_approve");
  for (const context of ["Orders", "Inventory", "Payments"]) {
    const TableName = local.nameOf(`${context}Outbox`);
    await local.call("dynamodb", "PutItem", {
      TableName,
      Item: { pk: { S: "?" }, sk: { S: "?" } },
    });
  }
  await clock.advance(2 * HOUR);
  broken.call = () => false;
  await clock.advance(HOUR);
};

/** Midnight comes twice, and once the report fails. */
const twoDays = async ({ clock, broken }: Shop) => {
  await clock.advance(24 * HOUR);
  broken.call = ({ caller, service }) =>
    caller.role === roleOf("ReportDailySales") && service !== "sqs";
  await clock.advance(24 * HOUR);
};

const badWeek = async () => {
  const shop = await openShop();
  await everyKindOfOrder(shop);
  await everyQuestion(shop);
  await nonsense(shop);
  await forgottenReservation(shop);
  await brokenSagas(shop);
  await twoHoursWithout(shop);
  await twoHoursWithoutRelays(shop);
  await twoDays(shop);
  await shop.local.stop();
  return { used: [...shop.used], denied: shop.denied };
};

describe("in a bad week", async () => {
  const { used, denied } = await badWeek();

  it("no function is denied anything", () => {
    expect(denied).toEqual([]);
  });

  it.each(graph.functions.map(({ name, role }) => [name, role] as const))(
    "%s makes use of all that it may do",
    (_, role) => {
      const isUsed = (action: string, resource: string) =>
        resource.endsWith("*")
          ? used.some((use) => use.startsWith(`${role} ${action} ${resource.slice(0, -1)}`))
          : used.includes(`${role} ${action} ${resource}`);
      const unused = rightsOf(byArn(role)).flatMap(({ actions, resources }) =>
        actions.flatMap((action) =>
          resources
            .filter((resource) => !ofAws.has(action) && !alsoOfAws.test(resource))
            .filter((resource) => !isUsed(action, resource))
            .map((resource) => `${action} on ${resource}`),
        ),
      );
      expect(unused).toEqual([]);
    },
  );
});

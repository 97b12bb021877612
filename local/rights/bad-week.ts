import type { Graph } from "emulator/boot/graph";
import { virtualClock } from "emulator/kernel/clock";
import type { Fact } from "emulator/kernel/cloud";
import { driverOf } from "emulator/kernel/drive";
import { AwsError, type Call } from "emulator/kernel/engine";
import { newTrace } from "../../packages/core/src/context.ts";
import { usd } from "../../packages/core/src/money.ts";
import { OrderId } from "../../packages/events/src/ids.ts";
import { openShop } from "../open.ts";
import { publishRecorded } from "../recorded-events.ts";
import { type Ledger, openLedger } from "./grants.ts";
import { typesOfOthers } from "./other-hearers.ts";

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

const must = (condition: boolean, what: string) => {
  if (!condition) throw new Error(`The bad week went otherwise than planned: ${what}`);
};

/** The shop in one process under virtual time. What `broken` says of a call decides whether it fails. */
const openWeek = async (graph: Graph) => {
  const clock = virtualClock();
  const options = { runtime: "inline", seeded: false, handOn: true, trace: false } as const;
  const local = await openShop({ ...options, clock, graph });
  const ledger = openLedger(graph);
  local.hearIam((question, answer) => answer === "allow" && ledger.hear(question));
  const denied: Fact[] = [];
  local.cloud.observe((fact) => {
    if (fact.kind === "iam.denied") denied.push(fact);
  });
  const broken = { call: (_: Call): boolean => false };
  local.cloud.guard((call, next) => {
    if (broken.call(call)) throw new AwsError("InternalFailure", "Broken for a while", 500);
    return next(call);
  });

  const drive = driverOf(clock);
  const api = (method: string, path: string, as: string, body?: object) =>
    drive(
      local.api({ method, path, as, body, headers: { "idempotency-key": crypto.randomUUID() } }),
    );
  const place = async (token: string, productId = "prd_hay") => {
    const lines = [{ productId, quantity: 1 }];
    const placed = await api("POST", "/orders", "alice", { lines, paymentToken: token });
    must(placed.status === 202, `an order was answered ${placed.status}: ${placed.text}`);
    return (placed.json() as { orderId: string }).orderId;
  };
  const cancel = (orderId: string) => api("POST", `/orders/${orderId}/cancel`, "alice");
  /** Ends an execution by hand, as an operator might. */
  const stop = (machine: string, name: string) =>
    local.call("states", "StopExecution", {
      executionArn: `arn:aws:states:us-east-1:123456789012:execution:petstore-local-${machine}:${name}`,
    });

  const functions = graph.resources.filter(({ type }) => type === "aws:lambda/function:Function");
  const roleOf = (name: string) =>
    functions.find((fn) => fn.name === `${name}Function`)?.inputs.role;
  const rolesOf = (which: (fn: (typeof functions)[number]) => boolean) =>
    new Set(functions.filter(which).map(({ inputs }) => inputs.role));
  const asynchronous = rolesOf(({ inputs }) => inputs.deadLetterConfig);
  const relays = rolesOf(({ name }) => name.includes("RelayOutbox"));

  await drive(local.open());
  return {
    ...{ clock, local, ledger, denied, broken, drive, api, place, cancel, stop },
    ...{ roleOf, asynchronous, relays },
  };
};
/** A row as DynamoDB has it: of its attributes, the texts. */
type Row = Record<string, { S?: string }>;
type Week = Awaited<ReturnType<typeof openWeek>>;

const everyKindOfOrder = async ({ clock, place, cancel }: Week) => {
  for (const token of tokens) await place(token);
  await place("tok_approve", "prd_parrot");
  await place("tok_approve", "prd_parrot"); // there is only one
  await cancel(await place("tok_late"));
  await clock.advance(10 * MINUTE);
  const confirmed = await place("tok_refund_fails");
  await clock.advance(MINUTE);
  await cancel(confirmed);
  await clock.advance(10 * MINUTE);
  const asked = await place("tok_late");
  await clock.advance(3000);
  await cancel(asked);
  await clock.advance(10 * MINUTE);
};

/** The provider's webhooks are not taken for a while, and one refund is made by hand. */
const moneyMatters = async ({ clock, broken, api, place, roleOf }: Week) => {
  broken.call = ({ caller }) => caller.role === roleOf("ReceiveWebhook");
  const orderId = await place("tok_approve");
  await clock.advance(10_000);
  broken.call = () => false;
  await clock.advance(10 * MINUTE);
  const refund = { amount: usd(1), reason: "A scratch." };
  const { status } = await api("POST", `/payments/${orderId}/refunds`, "admin", refund);
  must(status === 201, `a refund by hand was answered ${status}`);
};

/** The routes of contexts that tell an administrator what they have noted of a subject. */
const ofAdministrators = ({ resources }: Graph) =>
  resources
    .filter(({ type }) => type === "aws:apigatewayv2/route:Route")
    .map(({ inputs }) => String(inputs.routeKey))
    .filter((key) => /^GET .*\{subject\}$/.test(key))
    .map((key) => key.slice("GET ".length).replace("{subject}", "nobody"));

const everyQuestion = async ({ local, drive, api, place }: Week) => {
  const orderId = await place("tok_approve");
  const some = ["/orders", `/orders/${orderId}`, "/products", "/products/prd_hay", "/openapi.json"];
  for (const path of some) await api("GET", path, "alice");
  await api("GET", "/reports/daily-sales", "admin");
  for (const path of ofAdministrators(local.graph)) await api("GET", path, "admin");
  const count = { productId: "prd_hay", quantity: -1, reason: "Eaten" };
  const adjusted = await api("POST", "/stock/adjustments", "admin", count);
  must(adjusted.status === 201, `an adjustment was answered ${adjusted.status}`);
  const http = { method: "GET", path: "/v1/ledger" };
  const headers = { authorization: "Bearer sandbox-api-key", host: "provider" };
  const event = { version: "2.0", rawPath: http.path, rawQueryString: "", headers };
  const asked = { ...event, requestContext: { http }, isBase64Encoded: false };
  const ledger = (await drive(local.invoke("ProviderApi", asked))) as { statusCode: number };
  must(ledger.statusCode === 200, `the provider's ledger was answered ${ledger.statusCode}`);
};

/** Events that are none: every consumer hears of one or the other. */
const nonsense = async ({ clock, local }: Week, ...types: string[]) => {
  const Detail = JSON.stringify({ nobody: "understands this" });
  const EventBusName = local.nameOf("Bus");
  const Entries = types.map((DetailType) => {
    const Source = `petstore.${DetailType.split(".")[0]}`;
    return { EventBusName, Source, DetailType, Detail };
  });
  await local.call("events", "PutEvents", { Entries });
  await clock.advance(MINUTE);
};

/** Events that most consumers hear. */
const USUAL = ["inventory.ProductListed.v1", "orders.OrderConfirmed.v1"];

/** Who hears only what was not raised in this week is told of it as it was recorded, and in a way that nobody understands. */
const restOfHearers = async (shop: Week) => {
  const types = typesOfOthers(shop.local.graph, USUAL);
  if (types.length === 0) return;
  await nonsense(shop, ...types);
  for (const type of types) await publishRecorded(shop, type);
};

/** An e-mail of ours comes back. */
const bounce = ({ local }: Week) =>
  local.call("ses", "SendEmail", {
    FromEmailAddress: "shop@petstore.example",
    ConfigurationSetName: "petstore-local-mailconfig",
    Destination: { ToAddresses: ["bounce@simulator.amazonses.com"] },
    Content: { Simple: { Subject: { Data: "Hello" }, Body: { Text: { Data: "Hello" } } } },
    EmailTags: [{ Name: "customer", Value: String(local.accounts[1]?.customerId) }],
  });

/** Somebody signs up, and somebody else while the contacts cannot be written to. */
const signUps = async ({ broken, local, drive, roleOf }: Week) => {
  const signUp = (sub: string) => ({
    triggerSource: "PostConfirmation_ConfirmSignUp",
    request: { userAttributes: { sub, email: `${sub}@example.com` } },
  });
  await drive(local.invoke("WelcomeCustomer", signUp("dora")));
  broken.call = ({ caller, service }) =>
    caller.role === roleOf("WelcomeCustomer") && service === "dynamodb";
  await drive(local.invoke("WelcomeCustomer", signUp("eve")));
  broken.call = () => false;
};

/** A reservation that nobody comes back for. */
const forgottenReservation = async ({ clock, local, drive }: Week) => {
  const orderId = OrderId.create();
  const total = usd(100);
  const lines = [{ productId: "prd_hay", name: "Hay", quantity: 1, unitPrice: total }];
  const customerId = local.accounts[0]?.customerId;
  const order = { orderId, customerId, lines, total, paymentToken: "tok_approve" };
  await drive(local.invoke("ReserveStock", { ...order, trace: newTrace(orderId) }));
  await clock.advance(HOUR);
};

/** Sagas that end early: one is begun again until a person has to look, some cannot undo what was done. */
const brokenSagas = async ({ clock, broken, place, cancel, stop, roleOf }: Week) => {
  const stopped = await place("tok_late");
  for (const run of ["", "_2", "_3"]) {
    await clock.advance(3000);
    await stop("FulfilOrder", `${stopped}${run}`);
  }
  const [returned, other] = [await place("tok_approve"), await place("tok_approve")];
  await clock.advance(MINUTE);
  const stuck = [roleOf("RefundPayment"), roleOf("ReleaseStock")];
  broken.call = ({ caller }) => stuck.includes(caller.role);
  await cancel(returned);
  await cancel(other);
  await clock.advance(3000);
  await stop("ReturnOrder", returned);
  await place("tok_decline");
  await clock.advance(24 * HOUR); // what nothing can undo does not give up soon
  broken.call = () => false;
  await clock.advance(HOUR);
};

/** What was promised cannot be delivered, and what needs attention gets it: one order is resumed, one is closed. */
const promisesThatDoNotHold = async ({ clock, broken, api, place, stop, roleOf }: Week) => {
  broken.call = ({ caller }) => caller.role === roleOf("CapturePayment");
  await place("tok_approve", "prd_tortoise");
  await clock.advance(63 * MINUTE); // what is held for it expires, and another buys it
  await place("tok_approve", "prd_tortoise");
  await clock.advance(MINUTE);
  broken.call = () => false;
  await clock.advance(10 * MINUTE);
  for (const decision of ["resume", "close"]) {
    const orderId = await place("tok_late");
    for (const run of ["", "_2", "_3"]) {
      await clock.advance(3000);
      await stop("FulfilOrder", `${orderId}${run}`);
    }
    await clock.advance(MINUTE);
    const body = { reason: "Looked at." };
    const { status } = await api("POST", `/orders/${orderId}/${decision}`, "admin", body);
    must(status === 202, `${decision} was answered ${status}`);
    await clock.advance(10 * MINUTE);
  }
};

/** Nothing asynchronous works for two hours. What the dead-letter queues do not hold, the sweepers find. */
const twoHoursWithout = async (shop: Week) => {
  const { clock, broken, place, cancel, stop, roleOf, asynchronous } = shop;
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
  await cancel(await place("tok_approve"));
  await place("tok_approve");
  await bounce(shop);
  await clock.advance(2 * HOUR);
  broken.call = () => false;
  await clock.advance(HOUR);
};

/** Rows that are no events. */
const nonsenseInOutboxes = async ({ local }: Week, name: string) => {
  const tables = local.graph.resources.filter(({ type }) => type === "aws:dynamodb/table:Table");
  for (const { inputs } of tables.filter((table) => table.name.endsWith("OutboxTable")))
    await local.call("dynamodb", "PutItem", {
      TableName: inputs.name,
      Item: { pk: { S: name }, sk: { S: "?" } },
    });
};

/** First they are parked by the relays, then by the sweepers. */
const twoHoursWithoutRelays = async (shop: Week) => {
  const { clock, broken, place, relays } = shop;
  await nonsenseInOutboxes(shop, "first");
  await clock.advance(MINUTE);
  broken.call = ({ caller, operation }) =>
    relays.has(caller.role) && (operation === "PutEvents" || operation === "SendMessage");
  await place("tok_approve");
  await nonsenseInOutboxes(shop, "then");
  await clock.advance(2 * HOUR);
  broken.call = () => false;
  await clock.advance(HOUR);
};

/** For more than a day no rule and no schedule reaches its target, only the dead-letter queue. */
const aDayWithoutDeliveries = async (shop: Week) => {
  const { clock, broken, place, stop } = shop;
  const stopped = await place("tok_late");
  await clock.advance(3000);
  broken.call = ({ caller: { name }, input }) =>
    /^(?:rule|schedule) /.test(name) && !/Dlq/.test(input?.QueueUrl ?? "");
  await stop("FulfilOrder", stopped);
  await bounce(shop);
  await nonsense(
    shop,
    "inventory.ProductListed.v1",
    "orders.OrderConfirmed.v1",
    "orders.OrderPlaced.v1",
    "orders.CancellationRequested.v1",
    "orders.OrderCancelled.v1",
    ...typesOfOthers(shop.local.graph, USUAL),
  );
  await clock.advance(25 * HOUR);
  broken.call = () => false;
  await clock.advance(HOUR);
};

/** A night's reconciliation finds what a hand has changed in the books; an order in nobody's hands is looked after; and one night fails, and its report. */
const reconciled = async (shop: Week) => {
  const { clock, local, drive, broken, api, place, cancel, stop, roleOf } = shop;
  const paid = await place("tok_approve");
  const declined = await place("tok_decline");
  const off = await place("tok_late");
  await clock.advance(3000);
  await cancel(off);
  await clock.advance(5 * MINUTE);
  const scan = async (name: string): Promise<Row[]> =>
    (await local.call("dynamodb", "Scan", { TableName: local.nameOf(name) })).Items;
  const forgets = { [paid]: ["Captured"], [off]: ["Voided", "VoidRequested"] };
  for (const { pk, sk, type } of await scan("PaymentsTable"))
    if (forgets[String(pk?.S).replace("pay_", "ord_")]?.includes(String(type?.S)))
      await local.call("dynamodb", "DeleteItem", {
        TableName: local.nameOf("PaymentsTable"),
        Key: { pk, sk },
      });
  for (const row of await scan("InventoryTable"))
    if (row.pk?.S?.endsWith(declined))
      await local.call("dynamodb", "PutItem", {
        TableName: local.nameOf("InventoryTable"),
        Item: { ...row, status: { S: "HELD" } },
      });
  await clock.advance(24 * HOUR); // a night, whatever the hour
  const report = async (date: Date) => {
    const path = `/reports/reconciliation?date=${date.toISOString().slice(0, 10)}`;
    return (await api("GET", path, "admin")).text;
  };
  const reports = [new Date(clock.now()), new Date(clock.now() - 24 * HOUR)].map(report);
  const found = (await Promise.all(reports)).join();
  for (const kind of ["ProviderAhead", "AuthorizationOpen", "StockHeld"])
    must(found.includes(kind), `the night did not find ${kind}: ${found}`);

  broken.call = ({ caller }) => ["RecoverSaga", "SweepSagas"].map(roleOf).includes(caller.role);
  const left = await place("tok_late");
  for (const run of ["", "_2", "_3"]) {
    await clock.advance(3000);
    await stop("FulfilOrder", `${left}${run}`);
    await drive(local.invoke("LookAfterOrder", { orderId: left }));
  }
  const returned = await place("tok_approve");
  await clock.advance(MINUTE);
  broken.call = ({ caller }) =>
    ["RecoverSaga", "SweepSagas", "RefundPayment"].map(roleOf).includes(caller.role);
  await cancel(returned);
  await clock.advance(2000);
  await stop("ReturnOrder", returned);
  await drive(local.invoke("LookAfterOrder", { orderId: returned }));
  broken.call = ({ caller, service }) =>
    (caller.role === roleOf("Reconcile") && service === "dynamodb") ||
    (caller.role === roleOf("ReportDailySales") && service !== "sqs");
  await clock.advance(24 * HOUR); // a night that nobody looked into, nor added up
  broken.call = () => false;
  await clock.advance(HOUR);
};

/**
 * A week in which everything happens that the shop is prepared for, in seconds of real time. Answers what IAM allowed
 * and what it denied.
 */
export const badWeek = async (graph: Graph): Promise<{ ledger: Ledger; denied: Fact[] }> => {
  const shop = await openWeek(graph);
  await everyKindOfOrder(shop);
  await moneyMatters(shop);
  await everyQuestion(shop);
  await nonsense(shop, ...USUAL);
  await restOfHearers(shop);
  await signUps(shop);
  await bounce(shop);
  await forgottenReservation(shop);
  await brokenSagas(shop);
  await promisesThatDoNotHold(shop);
  await reconciled(shop);
  await twoHoursWithout(shop);
  await twoHoursWithoutRelays(shop);
  await aDayWithoutDeliveries(shop);
  await shop.local.stop();
  return { ledger: shop.ledger, denied: shop.denied };
};

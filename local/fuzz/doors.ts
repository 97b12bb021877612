import { marshall } from "@aws-sdk/util-dynamodb";
import { openEnvelope } from "@petstore/core/event";
import { SIGNATURE_HEADER, signWebhook } from "@petstore/core/webhook-signature";
import { catalogue } from "@petstore/events/catalogue";
import { ProductListed } from "@petstore/events/inventory";
import fc from "fast-check";
import { heard } from "../../services/notifications/src/domain/message.ts";
import { orderViewEvents } from "../../services/read-side/src/domain/order-view.ts";
import { productViewEvents } from "../../services/read-side/src/domain/product-view.ts";
import { salesEvents } from "../../services/read-side/src/domain/sales.ts";
import { secretOf } from "../secrets.ts";
import { hear } from "../spoil.ts";
import { fromSchema } from "./from-schema.ts";
import { type Door, type Ground, strange } from "./ground.ts";
import { http } from "./http-door.ts";
import { type Json, take, textsLike, valuesLike } from "./inputs.ts";

const MINUTE = 60_000;

const consumers = {
  OrderViews: orderViewEvents,
  ProductViews: productViewEvents,
  Sales: salesEvents,
  Notifications: heard,
  Prices: [ProductListed],
};

const object = (value: Json): { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};

/** Envelopes around whatever each contract allows. */
const allowed = ({ events: [sample = {}] }: Ground["samples"]): fc.Arbitrary<Json> =>
  fc.oneof(
    ...catalogue.map(({ type, schema }) =>
      fc.tuple(fromSchema(schema), fc.nat(1_000)).map(([data, n]) => ({
        ...object(sample),
        ...{ type, data, source: type.split(".")[0] as string },
        aggregate: { type: "strange", id: `strange-${n}`, version: n + 1 },
      })),
    ),
  );

/** Events on the bus, to every consumer that a rule brings them to. */
const events: Door["send"] = async ({ shop, samples, seed, count, broken }) => {
  const told = hear(
    shop.local,
    ({ operation, caller }) => operation === "SendMessage" && caller.name.startsWith("rule "),
  );
  const some = fc
    .oneof(
      textsLike(samples.events),
      allowed(samples).map((one) => JSON.stringify(one)),
    )
    .map(strange);
  const types = fc.constantFrom(...catalogue.map(({ type }) => type));
  const inputs = take(fc.tuple(some, types, fc.constantFrom("v1", "v2", "v99", "v")), count, seed);
  for (const [Detail, other, version] of inputs) {
    let type: unknown;
    try {
      type = JSON.parse(Detail).type;
    } catch {}
    const known = typeof type === "string" && type.length > 0 && type.length < 100;
    const DetailType = known ? (type as string) : other.replace(/v\d+$/, version);
    const Source = `petstore.${DetailType.split(".")[0]}`;
    const Entries = [{ EventBusName: shop.local.nameOf("Bus"), Source, DetailType, Detail }];
    const { FailedEntryCount } = await shop.local.call("events", "PutEvents", { Entries });
    if (FailedEntryCount > 0 && isObject(Detail)) broken("The bus refused an event", Detail);
    await shop.clock.advance(50);
  }
  return (letters) => {
    for (const [name, contracts] of Object.entries(consumers)) {
      const queue = `petstore-local-${name}Queue`;
      const parked = Map.groupBy(
        letters.filter((letter) => letter.queue === `${queue}DlqQueue`),
        ({ body }) => body,
      );
      const sent = told.filter(({ input }) => input.QueueUrl.endsWith(`${queue}Queue`));
      if (sent.length === 0) broken(`No event came to ${name}`);
      for (const { input } of sent) {
        const isParked = parked.has(input.MessageBody);
        if (!isUnderstood(contracts, input.MessageBody) && !isParked)
          broken(`${name} lost what it did not understand`, input.MessageBody);
        // Who has no contact may get one: that is waited for. All else that can never succeed is parked at once, with why.
        const triedInVain = parked
          .get(input.MessageBody)
          ?.find(
            ({ isParked, reason }) => !isParked && !/There is no contact of/.test(reason ?? ""),
          );
        if (triedInVain) broken(`${name} tried in vain (${triedInVain.reason})`, input.MessageBody);
      }
    }
  };
};
const isObject = (text: string) => {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};
const isUnderstood = (contracts: Parameters<typeof openEnvelope>[0], body: string) => {
  try {
    openEnvelope(contracts, JSON.parse(body).detail);
    return true;
  } catch {
    return false;
  }
};

/** What the provider may say of a payment that we have, and of others. */
const statements = (payments: string[]): Json[] =>
  payments.flatMap((paymentId) =>
    ["pending", "authorized", "declined", "voided", "captured", "refunded"].map((status, i) => ({
      id: `whk_fuzz-${i}`,
      type: `payment.${status}`,
      data: {
        ...{ paymentId, status, amount: 499, currency: "USD" },
        ...(status === "declined" && { reason: "No money" }),
        ...(status === "refunded" && { cause: "cancellation" }),
      },
    })),
  );

/** Webhooks: signed by the provider, signed by nobody, signed for another body, or with a header that is none. */
const webhooks: Door["send"] = async ({ shop, seed, count, broken, written }) => {
  const ours = [await shop.order(), await shop.order("tok_decline")];
  await shop.settle();
  const payments = [...ours, "ord_7ZZZZZ0000000000000000ZZZZ"].map((id) =>
    id.replace("ord_", "pay_"),
  );
  const secret = await secretOf(shop.local, "WebhookSecret");
  const ways = fc.constantFrom("signed", "signed", "signed", "stale", "forged", "unsigned", "torn");
  const inputs = take(
    fc.tuple(textsLike(statements(payments)), ways, fc.string({ maxLength: 30 })),
    count,
    seed,
  );
  const answers: Record<string, number> = {};
  written();
  for (const [body, way, text] of inputs) {
    const now = shop.clock.now();
    const signature = {
      signed: signWebhook(body, secret, now),
      stale: signWebhook(body, secret, now - 301_000),
      forged: signWebhook(`${body} `, secret, now),
      unsigned: undefined,
      torn: `t=${text},v1=${text}`,
    }[way];
    const { status } = await shop.drive(
      shop.local.api({
        ...{ method: "POST", path: "/webhooks/payments", body },
        headers: signature === undefined ? {} : { [SIGNATURE_HEADER]: signature },
      }),
    );
    answers[status] = (answers[status] ?? 0) + 1;
    const may = way === "signed" ? [200, 404, 409, 413, 422] : [401, 413];
    if (!may.includes(status)) broken(`A webhook (${way}) was answered with ${status}`, body);
    if (written().length > 0 && status !== 200)
      broken(`A webhook that was answered with ${status} was written down`, body);
    await shop.clock.advance(60);
  }
  for (const status of [200, 401, 404, 409, 422])
    if (count >= 200 && !answers[status]) broken(`No webhook was answered with ${status}`);
};

/** Rows in an outbox that no code of ours has written, and with them all that its stream brings to the relay. */
const rows: Door["send"] = async ({ shop, samples, seed, count, broken }) => {
  const good = samples.events.map((envelope) => ({ envelope }));
  const tables = ["OrdersOutbox", "InventoryOutbox", "PaymentsOutbox"];
  const inputs = take(fc.tuple(valuesLike(good), fc.constantFrom(...tables)), count, seed);
  let put = 0;
  for (const [i, [value, table]] of inputs.entries()) {
    const row = { ...object(value), pk: `strange-${i % 7}`, sk: String(i).padStart(6, "0") };
    try {
      const Item = marshall(row, { removeUndefinedValues: true });
      await shop.local.call("dynamodb", "PutItem", { TableName: shop.local.nameOf(table), Item });
      put += 1;
    } catch (error) {
      // A number that no table takes, an item that is too large: DynamoDB says so, and nothing is there.
      if (/Internal/.test(String((error as { code?: string }).code))) broken("A table failed", row);
    }
    await shop.clock.advance(50);
  }
  if (put < count / 2) broken(`Only ${put} of ${count} rows were written`);
};

/** What sagas are begun with, by hand, for orders that there are not. */
const sagas: Door["send"] = async ({ shop, samples, seed, count, broken }) => {
  // A saga of no order is tried for two days, in which schedules would do nothing but take our time.
  const { Schedules } = await shop.local.call("scheduler", "ListSchedules", {});
  for (const { Name, GroupName } of Schedules)
    await shop.local.call("scheduler", "DeleteSchedule", { Name, GroupName });
  const inputs = take(
    fc.oneof(
      ...[...samples.sagas].map(([machine, some]) =>
        fc.tuple(fc.constant(machine), textsLike(some)),
      ),
    ),
    // Each is tried some hundred times.
    Math.ceil(count / 20),
    seed,
  );
  for (const [i, [machine, input]] of inputs.entries()) {
    try {
      await shop.local.call("states", "StartExecution", {
        stateMachineArn: `arn:aws:states:us-east-1:123456789012:stateMachine:petstore-local-${machine}`,
        name: `strange-${i}`,
        input,
      });
    } catch (error) {
      const name = (error as { code?: string }).code ?? String(error);
      if (!["InvalidExecutionInput", "ValidationException"].includes(name))
        broken(`An execution was refused with ${name}`, input);
    }
    await shop.clock.advance(200);
  }
};

/** Answers to sagas that wait: under tokens that are none, and under good ones with whatever it may be. */
const tokens: Door["send"] = async ({ shop, seed, count, broken }) => {
  const asked = hear(shop.local, ({ input }) =>
    String(input.FunctionName).includes("AuthorizePayment"),
  );
  const orderId = await shop.order("tok_late");
  await shop.clock.advance(3_000);
  const payload = JSON.parse(Buffer.from(asked[0]?.input.Payload ?? "", "base64").toString());
  const good: string = payload.taskToken;
  const inputs = take(
    fc.tuple(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 40 }),
        fc
          .tuple(fc.nat(good.length), fc.string({ maxLength: 4 }))
          .map(([at, text]) => good.slice(0, at) + text + good.slice(at + text.length + 1)),
        fc.constant("x".repeat(2049)),
      ),
      fc.constantFrom("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"),
      textsLike([{ status: "authorized" }]),
    ),
    count,
    seed,
  );
  for (const [taskToken, operation, text] of inputs) {
    const said = { SendTaskSuccess: { output: text }, SendTaskFailure: { cause: text } };
    try {
      await shop.local.call("states", operation, {
        taskToken,
        ...said[operation as keyof typeof said],
      });
      if (taskToken !== good) broken(`${operation} took a token that is none`, taskToken);
    } catch (error) {
      const name = (error as { code?: string }).code ?? String(error);
      const refusals = ["InvalidToken", "InvalidOutput", "TaskDoesNotExist", "TaskTimedOut"];
      if (![...refusals, "ValidationException"].includes(name))
        broken(`${operation} was refused with ${name}`, taskToken);
    }
  }
  await shop.settle();
  const { status } = await shop.read(orderId);
  if (status !== "CONFIRMED") broken(`The order that waited is ${status}`);
};

/** Every function, called with what it was called with when all was well, changed. */
const invokes: Door["send"] = async ({ shop, samples, seed, count, broken, written }) => {
  const names = shop.local.graph.functions.map(({ name }) => name).sort();
  const each = Math.max(1, Math.ceil(count / names.length));
  for (const [at, name] of names.entries())
    for (const input of take(valuesLike(samples.calls.get(name) ?? [{}]), each, seed + at)) {
      written();
      try {
        await shop.drive(shop.local.invoke(name, input));
      } catch (error) {
        const wrote = written().filter(({ caller }) => caller.name.includes(`-${name}Function`));
        if ((error as Error).name === "ZodError" && wrote.length > 0)
          broken(`${name} wrote before it refused`, input);
        if (/Timeout|OutOfMemory|ExitError/.test((error as Error).name))
          broken(`${name}: ${error}`, input);
      }
    }
};

/** The doors of the shop, by name. */
export const doors: Record<string, Door> = {
  http: { send: http, rest: 10 * MINUTE },
  events: { send: events, rest: 30 * MINUTE },
  webhooks: { send: webhooks, rest: 0 },
  rows: { send: rows, rest: 30 * MINUTE },
  sagas: { send: sagas, rest: 48 * 60 * MINUTE },
  tokens: { send: tokens, rest: 0 },
  invokes: { send: invokes, rest: 10 * MINUTE },
};

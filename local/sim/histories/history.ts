import { isDeepStrictEqual } from "node:util";
import { newTrace } from "@petstore/core/context";
import type { OrderId } from "@petstore/events/ids";
import type { Call } from "emulator/kernel/engine";
import { type OrderCommand, order } from "../../../services/orders/src/domain/order.ts";
import type { OrderState } from "../../../services/orders/src/domain/order-state.ts";
import { slowDown } from "../../spoil.ts";
import { type VirtualShop, virtualShop } from "../../virtual-shop.ts";
import { canonical } from "../explore/table.ts";
import { isLinearizable, type Operation, type Specification } from "./linearizable.ts";

const CLIENTS = 5;
const EACH = 2;

/** What several clients asked of one order, and what they were answered. */
export type History = { operations: Operation<OrderCommand, Answer>[]; initial: Numbered };

type Numbered = { state: OrderState; version: number };
type Answer = { refused: string } | { version: number; state?: unknown };

/** The order's rulebook as one object that commands come to one after the other. */
const rulebook: Specification<Numbered, OrderCommand, Answer> = {
  apply({ state, version }, command) {
    const decision = order.decide(state, command);
    if (!decision.ok)
      return { state: { state, version }, answer: { refused: decision.refusal.code } };
    const next = decision.value.reduce(order.evolve, state);
    const after = { state: next, version: version + decision.value.length };
    return { state: after, answer: after };
  },
  key: canonical,
  isSame: (answered, right) =>
    "refused" in answered || "refused" in right
      ? isDeepStrictEqual(answered, right)
      : answered.version === right.version &&
        (!answered.state || canonical(answered.state) === canonical(right.state)),
};

const failure = { Error: "Refused", Cause: JSON.stringify({ errorMessage: "OutOfStock: gone" }) };
const reason = { code: "OutOfStock", detail: "gone" };

/** What may be asked of an order, and how: its customer and people ask the API, sagas its functions. */
const requests = (orderId: string, by: string) => {
  const run = { saga: "FulfilOrder", name: orderId } as const;
  const person = { by: by as "cus_x", reason: "seen to" };
  const post = (action: string, as: string, body?: object) => ({
    api: { method: "POST", path: `/orders/${orderId}/${action}`, as, ...(body && { body }) },
  });
  const step = (name: string) => ({ name });
  const mark = { type: "MarkNeedsAttention", step: "CapturePayment", cause: failure.Cause, run };
  return [
    { command: { type: "ConfirmOrder" }, ...step("ConfirmOrder") },
    { command: { type: "AbandonOrder", reason }, ...step("AbandonOrder") },
    { command: { type: "RejectOrder", reason }, ...step("RejectOrder") },
    { command: { type: "GiveUpOrder", reason }, ...step("GiveUpOrder") },
    { command: { type: "CloseOrder" }, ...step("CloseOrder") },
    { command: mark, ...step("MarkNeedsAttention") },
    { command: { type: "CancelOrder" }, ...post("cancel", "alice") },
    { command: { type: "CancelOrder" }, ...post("cancel", "alice") },
    {
      command: { type: "ResumeOrder", ...person },
      ...post("resume", "admin", { reason: person.reason }),
    },
    {
      command: {
        ...{ type: "CloseByShop", by: person.by },
        reason: { code: "ClosedByShop", detail: person.reason },
      },
      ...post("close", "admin", { reason: person.reason }),
    },
  ] as ({ command: OrderCommand } & ({ name: string } | ReturnType<typeof post>))[];
};

type Asked = ReturnType<typeof requests>[number];

const refusalIn = (text: string) => /\b([A-Z]\w+): /.exec(text)?.[1];
const inCamel = (type: string) =>
  (type.split("/").at(-1) ?? "").replace(/(^|-)(\w)/g, (_, __, letter: string) =>
    letter.toUpperCase(),
  );

const askOnce = async (
  { local }: VirtualShop,
  asked: Asked,
  placed: object,
): Promise<Answer | undefined> => {
  if ("api" in asked) {
    const answer = await local.api(asked.api);
    const body = answer.json() as { version: number; type: string };
    if (answer.status === 202) return { version: body.version };
    return answer.status === 409 ? { refused: inCamel(body.type) } : undefined;
  }
  try {
    return (await local.invoke(asked.name, placed)) as Answer;
  } catch (error) {
    const { name, message } = error as Error;
    const refused = refusalIn(message);
    // What was thrown for another reason than a refusal may have been done or not.
    return name === "Refused" && refused ? { refused } : undefined;
  }
};

/** One order, and several clients who all want something of it at once. No saga runs: what happens is what they ask for. */
export const history = async (shop: VirtualShop, isSpoilt = false): Promise<History> => {
  const { local, clock } = shop;
  const orderId = (await shop.order()) as OrderId;
  const TableName = local.nameOf("OrdersTable");
  const find = () => shop.drive(local.invoke("FindOrder", { orderId, customerId: customer }));
  const customer = local.accounts.find(({ name }) => name === "alice")?.customerId as string;
  const found = (await find()) as { lines: object[]; total: object; version: number };
  const { lines, total } = found;
  const basket = { orderId, customerId: customer, lines, total };
  const initial = { state: { ...basket, status: "PLACED" } as OrderState, version: 1 };
  const admin = local.accounts.find(({ name }) => name === "admin")?.customerId as string;
  const all = requests(orderId, admin);
  const run = { saga: "FulfilOrder", name: orderId };
  const placed = {
    ...basket,
    run,
    failure,
    failedStep: "CapturePayment",
    trace: newTrace("history"),
  };
  const stopSpoiling = isSpoilt ? forgetVersions(shop, TableName) : () => {};
  const operations: Operation<OrderCommand, Answer>[] = [];
  let moment = 0;
  const client = async () => {
    for (let i = 0; i < EACH; i += 1) {
      const asked = all[Math.floor(clock.random() * all.length)] as Asked;
      const operation: Operation<OrderCommand, Answer> = {
        ...{ command: asked.command, from: moment++, until: Infinity },
      };
      operations.push(operation);
      const answer = await askOnce(shop, asked, placed);
      operation.until = moment++;
      if (answer) operation.answer = answer;
    }
  };
  await shop.drive(Promise.all(Array.from({ length: CLIENTS }, client)));
  stopSpoiling();
  return { operations, initial };
};

/** Every write of an order is made, whatever its version; its event's place in the outbox, which is a second lock, may be taken too. */
const forgetVersions = ({ local }: VirtualShop, TableName: string) =>
  local.cloud.guard((call, next) => {
    if (call.operation !== "TransactWriteItems") return next(call);
    const { TransactItems } = call.input as {
      TransactItems: Record<string, Record<string, unknown>>[];
    };
    for (const { Update, Put } of TransactItems) {
      if (Put?.TableName === local.nameOf("OrdersOutbox")) delete Put.ConditionExpression;
      if (Update?.TableName === TableName)
        Update.ConditionExpression = `(${Update.ConditionExpression}) OR attribute_exists(pk)`;
    }
    return next(call);
  });

/** A shop in which no saga runs, and every call takes a while. */
export const withoutSagas = async (seed: number): Promise<VirtualShop> => {
  const shop = await virtualShop({ seed });
  const isStart = ({ service, operation }: Call) =>
    service === "states" && operation === "StartExecution";
  shop.local.cloud.guard((call, next) =>
    isStart(call) ? Promise.reject(new Error("No saga runs")) : next(call),
  );
  slowDown(shop.local, 50);
  return shop;
};

/** Whether a history is one of the order's rulebook, one command after the other. */
export const isOfRulebook = ({ operations, initial }: History): boolean =>
  isLinearizable(operations, initial, rulebook);

import { newTrace } from "@petstore/core/context";
import { seal } from "@petstore/core/outbox";
import { SIGNATURE_HEADER, signWebhook } from "@petstore/core/webhook-signature";
import { OrderCancelled, OrderResumed } from "@petstore/events/orders";
import { AwsError, type Call } from "emulator/kernel/engine";
import type { LedgerEvent } from "../../../services/payments/src/domain/ledger.ts";
import { evolve, initial } from "../../../services/payments/src/domain/payment-state.ts";
import { secretOf } from "../../secrets.ts";
import { isInvocationOf } from "../../spoil.ts";
import { virtualShop } from "../../virtual-shop.ts";
import { failed, startOf } from "./alone.ts";
import { productId, orderId as theirId } from "./given.ts";
import { ends, outside, webhooks } from "./outside.ts";
import { seen } from "./seen.ts";

/** Of one bale of hay, in the shop and in the model. */
const [OURS, THEIRS] = [499, 1000];
const MINUTE = 60_000;
/** What is said of a task token that nobody waits under any more. */
const GONE = ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"];
/** Who may be told of an order's events, as far as the model knows them. */
const HEARERS = ["StartFulfilment", "StartCancellation", "WithdrawPayment"];

type Started = { executionArn: string; stateMachineArn: string; text: string };

const runIn = (arn: string) => {
  const [, saga, name = ""] = /-(FulfilOrder|ReturnOrder):?(.*)$/.exec(arn) ?? [];
  return { saga: saga as "FulfilOrder" | "ReturnOrder", name };
};
const payloadOf = ({ input }: Call) => JSON.parse(Buffer.from(input.Payload, "base64").toString());
const problemIn = (text: string) => JSON.parse(text).type.replace("/problems/", "");

/** An order in the shop itself, whose functions are called one by one: no saga runs, and nothing is told of an event until the outboxes are swept. */
export const shopWith = async (seed: number, card: string, available: number) => {
  const shop = await virtualShop({ seed });
  const { local, drive, clock } = shop;
  const { sent, ...out } = outside<Started, string>();
  const told: string[] = [];
  let [tokens, late] = [0, 0];
  const { Schedules } = await local.call("scheduler", "ListSchedules", {});
  for (const { Name, GroupName } of Schedules)
    await local.call("scheduler", "DeleteSchedule", { Name, GroupName });

  const answered = (word: string, { taskToken }: Call["input"]) => {
    const isAwaited = out.answer(taskToken);
    told.push(`answers ${taskToken} ${word}${isAwaited ? "" : ", too late"}`);
    if (!isAwaited) throw new AwsError(GONE[late++ % GONE.length] as string, "Nobody waits", 400);
    return {};
  };
  const described = ({ input, at, ...one }: ReturnType<typeof out.all>[number]) => {
    const { text, ...arns } = input;
    return { ...one, ...arns, input: text, startDate: 0, stopDate: at && at / 1000 };
  };
  const faked: Record<string, (input: Call["input"]) => object> = {
    StartExecution: ({ stateMachineArn, name, input: text }) => {
      const executionArn = `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
      const isNew = out.start(runIn(executionArn), { executionArn, stateMachineArn, text });
      told.push(startOf(name, JSON.parse(text)) + (isNew ? "" : ", which was begun before"));
      if (!isNew) throw new AwsError("ExecutionAlreadyExists", executionArn, 400);
      return { executionArn, startDate: 0 };
    },
    DescribeExecution: ({ executionArn }) => {
      const one = out.find(runIn(executionArn));
      if (!one) throw new AwsError("ExecutionDoesNotExist", executionArn, 400);
      return described(one);
    },
    ListExecutions: ({ stateMachineArn, statusFilter }) => {
      const { saga } = runIn(stateMachineArn);
      const all = out.all().filter((one) => one.saga === saga && one.status === statusFilter);
      return { executions: all.map(described) };
    },
    SendTaskSuccess: (input) => answered("yes", input),
    SendTaskFailure: (input) => answered("no", input),
  };
  local.cloud.guard(async (call, next) => {
    const { caller, operation, input } = call;
    if (caller.name.startsWith("rule ")) {
      const hearer = HEARERS.find((name) => isInvocationOf(name)(call));
      if (hearer) told.push(`${hearer} hears ${payloadOf(call).detail.type.split(".")[1]}`);
      return { StatusCode: 202, MessageId: "m", MD5OfMessageBody: "" };
    }
    if (caller.name.startsWith("mapping:") && input.FunctionName?.endsWith("RelayOutboxFunction"))
      return { StatusCode: 200, Payload: Buffer.from("{}").toString("base64") };
    if (operation === "SendMessage" && input.QueueUrl.includes("ProviderWebhooks")) {
      sent.push(input.MessageBody);
      return { MessageId: "m", MD5OfMessageBody: "" };
    }
    const fake = caller.name.endsWith("Function") ? faked[operation] : undefined;
    return fake ? fake(input) : next(call);
  });

  const done = (_?: unknown) => Promise.resolve("done");
  const post = async (path: string, as: string, body?: object) => {
    const headers = { "idempotency-key": "key" };
    const { status, text } = await drive(local.api({ method: "POST", path, as, headers, body }));
    return status < 400 ? "done" : problemIn(text);
  };
  const invoke = async (name: string, payload: unknown) => {
    try {
      await drive(local.invoke(name, payload));
      return "done";
    } catch (error) {
      const { name: kind, message } = error as Error;
      return kind === "Refused" ? (message.split(":")[0] as string) : kind;
    }
  };

  const { stock } = await shop.books();
  const there = stock.find((row) => row.productId === productId)?.available;
  const count = { productId, quantity: available - there, reason: "Counted." };
  if ((await post("/stock/adjustments", "admin", count)) !== "done")
    throw new Error("The stock cannot be counted");
  const id = await shop.order(card);
  await clock.advance(MINUTE);
  const {
    orders: [row],
  } = await shop.books();
  const { orderId, customerId, lines, total } = row?.state ?? {};
  const order = { orderId, customerId, lines, total };
  const input = { ...order, trace: newTrace(id), paymentToken: card, cause: "cancellation" };
  const run = { saga: "FulfilOrder", name: id };
  const event = (of: Parameters<typeof seal>[0]) => ({
    detail: seal(of, { source: "orders", aggregate: { type: "order", id, version: 9 } }),
  });
  const resumed = () =>
    OrderResumed({ orderId, customerId, by: customerId, reason: "Looked.", status: "PENDING" });

  const hear = async (body: string) => {
    const secret = await secretOf(local, "WebhookSecret");
    const headers = { [SIGNATURE_HEADER]: signWebhook(body, secret, clock.now()) };
    const { status, text } = await drive(
      local.api({ method: "POST", path: "/webhooks/payments", headers, body }),
    );
    return status < 400 ? "done" : problemIn(text);
  };
  const asked: Record<string, () => Promise<string>> = {
    CancelOrder: () => post(`/orders/${id}/cancel`, "alice"),
    ResumeOrder: () => post(`/orders/${id}/resume`, "admin", { reason: "Looked." }),
    CloseByShop: () => post(`/orders/${id}/close`, "admin", { reason: "Looked." }),
    RecordRefund: () =>
      post(`/payments/${id}/refunds`, "admin", { amount: total, reason: "Cash." }),
    WithdrawPayment: () =>
      invoke("WithdrawPayment", event(OrderCancelled({ orderId, customerId }))),
    StartFulfilment: () => invoke("StartFulfilment", event(resumed())),
    StartCancellation: () => invoke("StartCancellation", event(resumed())),
    "the bank answers": async () => done(await clock.advance(MINUTE)),
    "time expires": async () => {
      await clock.advance(61 * MINUTE);
      return invoke("SweepReservations", {});
    },
    "the token runs out": () => done(out.waitFor()),
    "the saga is redriven": () => done(out.redrive()),
    AuthorizePayment: () => {
      const taskToken = String(++tokens);
      out.waitFor(taskToken);
      return invoke("AuthorizePayment", { ...input, run, taskToken });
    },
    RecoverSaga: async () => {
      const one = out.wasEarly();
      return one ? invoke("RecoverSaga", one.input.executionArn) : "done";
    },
    SweepSagas: async () => {
      await clock.advance(11 * MINUTE);
      return invoke("SweepSagas", {});
    },
    SweepOutbox: async () => {
      await clock.advance(6 * MINUTE);
      for (const context of ["Orders", "Payments", "Inventory"])
        await drive(local.invoke(`${context}SweepOutbox`, {}));
      return done(await clock.advance(MINUTE));
    },
  };
  for (const [what, how] of Object.entries(ends))
    asked[what] = () => done(out.end(how, clock.now()));
  for (const [what, which] of Object.entries(webhooks))
    asked[what] = async () => {
      const body = out.webhook(which);
      return body === undefined ? "done" : hear(body);
    };

  return {
    told: () => told.splice(0).map((one) => one.replaceAll(id, theirId)),
    stop: () => local.stop(),
    ask: (what: string) => asked[what]?.() ?? invoke(what, { ...input, ...failed, run }),
    async see() {
      const books = await shop.books();
      const ledger = (books.payments.get(id.replace("ord_", "pay_")) ?? []).filter(({ sk }) =>
        String(sk).startsWith("EVENT#"),
      ) as (LedgerEvent & { sk: string })[];
      ledger.sort((a, b) => (a.sk < b.sk ? -1 : 1));
      const { state, open } = books.orders[0] ?? {};
      return seen(
        {
          order: state,
          open: open === "yes",
          stock: {
            status: books.reservations[0]?.status ?? "NONE",
            available: books.stock.find((one) => one.productId === productId)?.available,
          },
          payment: ledger.reduce(evolve, initial),
          webhooks: sent.map((body) => JSON.parse(body).data),
          executions: out.all(),
        },
        (amount) => (amount === 0 ? 0 : amount - OURS + THEIRS),
      );
    },
  };
};

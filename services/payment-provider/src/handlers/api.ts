import { handle } from "@petstore/core/handle";
import { api, valid } from "@petstore/core/http";
import { idempotencyKey } from "@petstore/core/idempotency-key";
import { refusedWith } from "@petstore/core/problem";
import { type Refusal, type Result, refuse } from "@petstore/core/result";
import type { Context } from "hono";
import { apiKey } from "../adapters/api-key.ts";
import { readLedger } from "../adapters/ledger.ts";
import { operate } from "../adapters/operate.ts";
import { readPayment } from "../adapters/payments.ts";
import { type Statement, statementOf } from "../domain/payment.ts";
import { Amount, NewPayment, NewRefund, Page, PaymentPath } from "../domain/requests.ts";

const refused = refusedWith({ CardDeclined: 422, WrongAmount: 422, NoSuchPayment: 404 });
const NO_PAYMENT = refuse("NoSuchPayment", "There is no such payment.");

const answer = (c: Context, result: Result<Statement, Refusal>, status: 200 | 202 = 200) =>
  result.ok ? c.json(result.value, status) : refused(c, result.refusal);

const ONE = "/v1/payments/:paymentId";
const path = valid("param", PaymentPath);

/** The sandbox provider's API. It stands alone: all it knows of the shop is an API key and where webhooks go. */
export const app = api()
  .use(apiKey)
  .get("/v1/ledger", valid("query", Page), async (c) =>
    c.json(await readLedger(c.req.valid("query").cursor)),
  )
  .get(ONE, path, async (c) => {
    const row = await readPayment(c.req.valid("param").paymentId);
    const value = row && statementOf(row.payment, Date.now());
    return answer(c, value ? { ok: true, value } : NO_PAYMENT);
  })
  .post("/v1/payments", idempotencyKey, valid("json", NewPayment), async (c) => {
    const { paymentId, token: card, ...money } = c.req.valid("json");
    const operation = { type: "authorize", paymentId, money, card } as const;
    return answer(c, await operate(c.var.idempotencyKey, operation), 202);
  })
  .post(`${ONE}/capture`, idempotencyKey, path, valid("json", Amount), async (c) => {
    const operation = {
      type: "capture",
      ...c.req.valid("param"),
      money: c.req.valid("json"),
    } as const;
    return answer(c, await operate(c.var.idempotencyKey, operation));
  })
  .post(`${ONE}/void`, idempotencyKey, path, async (c) => {
    const operation = { type: "void", ...c.req.valid("param") } as const;
    return answer(c, await operate(c.var.idempotencyKey, operation));
  })
  .post(`${ONE}/refund`, idempotencyKey, path, valid("json", NewRefund), async (c) => {
    const { cause, ...money } = c.req.valid("json");
    const operation = { type: "refund", ...c.req.valid("param"), money, cause } as const;
    return answer(c, await operate(c.var.idempotencyKey, operation));
  });

export const handler = handle(app);

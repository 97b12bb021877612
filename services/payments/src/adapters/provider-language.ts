import { Money } from "@petstore/core/money";
import { ok, type Refusal, type Result, refuse } from "@petstore/core/result";
import { PaymentId } from "@petstore/events/ids";
import * as z from "zod";
import type { Said } from "../domain/hear-provider.ts";
import { causes } from "../domain/ledger.ts";

/** Its causes need not be ours: somebody may have refunded at the provider's own desk. */
const Refund = z.object({ cause: z.string().max(80), amount: z.int().nonnegative() });
const Statement = z.object({ paymentId: PaymentId, ...Money.shape });

/** What the provider says of a payment, in an answer or a webhook. What it does not say in these words, we do not believe. */
export const ProviderStatement = z.discriminatedUnion("status", [
  Statement.extend({ status: z.literal("pending") }),
  Statement.extend({ status: z.literal("authorized") }),
  Statement.extend({ status: z.literal("declined"), reason: z.string().max(200) }),
  Statement.extend({ status: z.literal("voided") }),
  Statement.extend({
    status: z.literal("captured"),
    refunds: z.array(Refund).max(100).default([]),
  }),
  Statement.extend({ status: z.literal("refunded"), cause: z.enum(causes) }),
]);

/** The same in our words. */
export const saidBy = (statement: z.infer<typeof ProviderStatement>): Said => {
  const { paymentId, amount, currency, ...said } = statement;
  const refunds =
    said.status === "captured" &&
    said.refunds.map((refund) => ({
      cause: refund.cause,
      amount: { amount: refund.amount, currency },
    }));
  return { ...said, amount: { amount, currency }, ...(refunds && { refunds }) } as Said;
};

/** A page of the provider's ledger, as far as we read it. */
export const ProviderLedger = z.object({
  items: z.array(z.object({ paymentId: z.string() })),
  cursor: z.string().optional(),
});

/** A webhook's body: `id` is the same each time it is sent. */
const ProviderWebhook = z.object({
  id: z.string().regex(/^whk_[\w-]{1,80}$/),
  type: z.string(),
  data: ProviderStatement,
});

/** A webhook in our words. */
export type Webhook = { id: string; paymentId: PaymentId; said: Said };

/** Reads a webhook's raw body, after its signature was verified. */
export const readWebhook = (body: string): Result<Webhook, Refusal<"Malformed" | "Invalid">> => {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return refuse("Malformed", "The body is not JSON.");
  }
  const { data, error } = ProviderWebhook.safeParse(json);
  if (error) {
    const { path = [], message = "is not what we expect" } = error.issues[0] ?? {};
    return refuse("Invalid", `${path.join(".") || "The body"} ${message}.`.slice(0, 400));
  }
  return ok({ id: data.id, paymentId: data.data.paymentId, said: saidBy(data.data) });
};

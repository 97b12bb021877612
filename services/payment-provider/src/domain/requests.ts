import { Money } from "@petstore/core/money";
import * as z from "zod";

const PaymentId = z.string().regex(/^pay_[0-9A-Za-z]{1,40}$/);

/** The payment that a path names. */
export const PaymentPath = z.object({ paymentId: PaymentId });

/** An amount above nothing. */
export const Amount = z.strictObject({ ...Money.shape, amount: z.int().positive() });

/** The body of a request to authorise. */
export const NewPayment = Amount.extend({
  paymentId: PaymentId,
  token: z.string().min(1).max(64),
});

/** The body of a refund: each cause is good for one. */
export const NewRefund = Amount.extend({ cause: z.string().regex(/^[a-z-]{1,40}$/) });

/** Where to go on in the ledger. */
export const Page = z.object({ cursor: z.string().max(200).optional() });

import type { OrderState } from "../../../services/orders/src/domain/order-state.ts";
import {
  type PaymentState,
  refunded,
} from "../../../services/payments/src/domain/payment-state.ts";

/** What there is of an order in a shop, or in the model of one. */
type Books = {
  order: OrderState;
  /** Whether it stands in the index `open`. */
  open: boolean;
  stock: { status: string; available: number };
  payment: PaymentState;
  /** The webhooks that are on their way. */
  webhooks: { status: string }[];
  executions: { saga: string; status: string }[];
};

/** What counts of an order, its goods and its payment, in the model's amounts and without what names it. */
export const seen = (
  { order, open, stock, payment, webhooks, executions }: Books,
  amounts: (amount: number) => number = (amount) => amount,
) => {
  const { status, was, resumed, reason, cause, closed, confirmed } = order as Exclude<
    OrderState,
    { status: "NEW" }
  >;
  const { withdrawn, authorized, captured, otherSum, refunding, taskToken } = payment;
  return {
    order: { status, was, resumed, reason: reason?.code, cause, closed, confirmed, open },
    stock,
    payment: {
      ...{ status: payment.status, withdrawn, taskToken, refunding: refunding?.cause },
      authorized: amounts(authorized),
      captured: amounts(captured),
      otherSum: otherSum && amounts(otherSum.amount),
      refunded: amounts(refunded(payment)),
      causes: Object.keys(payment.refunds).sort(),
      byHand: Object.keys(payment.byHand).length,
      disputes: payment.disputes.length,
      webhooks: payment.webhooks.map((id) => id.replace(/pay_\w{26}/, "of it")),
    },
    webhooks: webhooks.map((one) => one.status),
    executions: executions.map(({ saga, status: how }) => `${saga} ${how}`),
  };
};

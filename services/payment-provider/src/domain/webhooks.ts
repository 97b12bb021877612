import { cardNamed, type News } from "./cards.ts";
import type { Operation } from "./operations.ts";
import { type Payment, type Statement, say } from "./payment.ts";

/** A webhook's body, and when to send it. Its id is made of what it tells, so sent again it is the same. */
export type Webhook = {
  afterSeconds: number;
  body: { id: string; type: string; data: Statement };
};

/** The webhooks that follow an operation, as its card has it. */
export const webhooksAfter = (
  { type }: Operation,
  payment: Payment,
  statement: Statement,
): Webhook[] => {
  const news: News[] = type === "void" ? [] : (cardNamed(payment.card)?.news[type] ?? []);
  const about = [payment.paymentId, type, statement.cause].filter(Boolean).join("-");
  return news.map(({ status, afterSeconds }) => ({
    afterSeconds,
    body: {
      id: `whk_${about}-${status}`,
      type: `payment.${status}`,
      data: status === statement.status ? statement : say(payment, status),
    },
  }));
};

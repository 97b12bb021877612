import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { type OrderId, orderPaidBy, type PaymentId, paymentOf } from "@petstore/events/ids";
import { Resource } from "sst";
import type { Said } from "../domain/hear-provider.ts";
import { loadPayment } from "./payments.ts";
import { provider } from "./provider-account.ts";

const AT_ONCE = 10;
const sum = (amounts: number[]) => amounts.reduce((total, one) => total + one, 0);

/** What the provider says of a payment, in figures; null where it has not heard of it. */
const theirs = (said: Said | undefined) => {
  if (!said) return null;
  const { status } = said;
  if (status !== "captured") return { status, captured: 0, refunded: 0 };
  const refunded = sum((said.refunds ?? []).map(({ amount }) => amount.amount));
  return { status, captured: said.amount.amount, refunded };
};

const payment = async (orderId: OrderId, asks: boolean) => {
  const id = paymentOf(orderId);
  const { state } = await loadPayment(id);
  const { status, withdrawn, captured, refunds, byHand } = state;
  const provided = asks ? { provider: theirs(await provider.find(id)) } : {};
  return {
    ...{ orderId, status, withdrawn, captured, ...provided },
    refunded: sum(Object.values(refunds)),
    byHand: sum(Object.values(byHand).map(({ amount }) => amount.amount)),
  };
};

/** The payments of these orders, in our books and, for those that are asked about, in the provider's. Throws OutcomeUnknown where it does not answer. */
export const paymentsNow = async (orderIds: readonly OrderId[], asking: readonly OrderId[]) => {
  const found: Awaited<ReturnType<typeof payment>>[] = [];
  for (let from = 0; from < orderIds.length; from += AT_ONCE) {
    const some = orderIds.slice(from, from + AT_ONCE);
    found.push(...(await Promise.all(some.map((id) => payment(id, asking.includes(id))))));
  }
  return found;
};

/** The orders of a page of our ledger: each stands with its first event. */
export const pageOfPayments = async (after: string | null) => {
  const page = await client.send(
    new ScanCommand({
      TableName: Resource.PaymentsTable.name,
      FilterExpression: "sk = :first",
      ExpressionAttributeValues: { ":first": "EVENT#000001" },
      ProjectionExpression: "pk",
      ...(after && { ExclusiveStartKey: JSON.parse(after) }),
    }),
  );
  const orderIds = (page.Items ?? []).map(({ pk }) => orderPaidBy(pk as PaymentId));
  const next = page.LastEvaluatedKey ? JSON.stringify(page.LastEvaluatedKey) : null;
  return { orderIds, next };
};

/** The orders of a page of the provider's ledger. What is no payment of ours by its name has none, and is left as it stands. */
export const pageOfProvider = async (after: string | null) => {
  const { paymentIds, next } = await provider.ledger(after);
  return { orderIds: [...new Set(paymentIds.map((id) => orderPaidBy(id as PaymentId)))], next };
};

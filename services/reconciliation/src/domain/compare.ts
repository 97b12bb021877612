import type { Order, Payment, Reservation } from "./books.ts";
import type { Kind } from "./difference.ts";

/** All books about one order. What a context does not know of is absent. */
export type Books = {
  order?: Order | undefined;
  payment: Payment;
  reservation?: Reservation | undefined;
};

const MOVING = ["PLACED", "REJECTING", "CANCELLING"];
const OFF = ["REJECTED", "CANCELLED"];
/** Payments that the provider may still settle or capture after what we have written down last. */
const OPEN = ["requested", "authorized"];

const isHere = (status: string | undefined) => status === "HELD" || status === "SOLD";

const withProvider = ({ status, captured, refunded, provider }: Payment): Kind[] => {
  if (provider === undefined) return [];
  const theirs = provider ?? { status: "unknown", captured: 0, refunded: 0 };
  if (theirs.captured === captured && theirs.refunded === refunded) {
    const isOff = status === "voided" || status === "declined";
    return isOff && theirs.status === "authorized" ? ["ProviderDiffers"] : [];
  }
  // Where the provider has done more than we wrote down, asking it is enough. Where it has done less, a person has to look.
  const canBeHeard = OPEN.includes(status) || status === "captured";
  const isAhead = theirs.captured >= captured && theirs.refunded >= refunded;
  return canBeHeard && isAhead ? ["ProviderAhead"] : ["ProviderDiffers"];
};

/** Whether more went back than was taken too much, or staff gave all of it back by hand. A part by hand may be goodwill. */
const isPaidBack = ({ captured, refunded, byHand }: Payment, total: number) =>
  refunded > Math.max(0, captured - total) || (byHand > 0 && byHand >= captured);

const confirmed = ({ total }: Order, { payment, reservation }: Books): Kind[] => [
  ...(payment.captured < total.amount ? (["ConfirmedNotPaid"] as const) : []),
  ...(isPaidBack(payment, total.amount) ? (["ConfirmedPaidBack"] as const) : []),
  ...(reservation?.status === "SOLD" ? [] : (["ConfirmedNotSold"] as const)),
];

const off = ({ payment, reservation }: Books): Kind[] => [
  ...(payment.captured > payment.refunded + payment.byHand ? (["MoneyNotBack"] as const) : []),
  ...(OPEN.includes(payment.status) ? (["AuthorizationOpen"] as const) : []),
  ...(reservation?.status === "HELD" ? (["StockHeld"] as const) : []),
  ...(reservation?.status === "SOLD" ? (["StockSold"] as const) : []),
];

/**
 * What is wrong about one order, in the order in which it is cured. Nothing while a saga has it in hand; of one that needs
 * attention, which a person looks at, only what the provider says otherwise.
 */
export const compare = (books: Books): Kind[] => {
  const { order, payment, reservation } = books;
  if (!order)
    return [
      ...(payment.status !== "new" ? (["PaymentWithoutOrder"] as const) : []),
      ...(payment.provider && payment.status === "new"
        ? (["ProviderPaymentUnknown"] as const)
        : []),
      ...(isHere(reservation?.status) ? (["ReservationWithoutOrder"] as const) : []),
    ];
  if (order.running) return [];
  const { status } = order;
  return [
    ...withProvider(payment),
    ...(MOVING.includes(status) ? (["NoRunUnderWay"] as const) : []),
    ...(status === "CONFIRMED" ? confirmed(order, books) : []),
    ...(OFF.includes(status) ? off(books) : []),
  ];
};

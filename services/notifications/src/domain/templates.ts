import type { Money } from "@petstore/core/money";
import type { OrderLine } from "@petstore/events/orders";
import { compose, inWords, type Part, type Row } from "./mail.ts";

/** Whom an e-mail is for, and which version of their order it tells of, since when. */
export type Reader = { name: string; version: number; time: string };

/**
 * E-mails may overtake each other on their way, whatever their sender does: each says of which step it speaks. The time alone
 * would not do, for clocks differ.
 */
const letter = (subject: string, { name, version, time }: Reader, ...parts: Part[]) => {
  const moment = `${time.slice(0, 10)} at ${time.slice(11, 16)} UTC`;
  const step = `This is step ${version} of your order, on ${moment}. If you get an e-mail about a later step, that one holds.`;
  return compose(subject, [`Hello ${name},`, ...parts, step, "Your Pet Store"]);
};

type Confirmed = { orderId: string; lines: readonly OrderLine[]; total: Money };
type Rejected = { orderId: string; reason: { detail: string } };
type Cancelled = { orderId: string; reason?: { detail: string } | undefined };
type Received = { receiptId: string; productId: string; quantity: number; available: number };

/** The pivot was taken. */
export const orderConfirmed = ({ orderId, lines, total }: Confirmed, to: Reader) =>
  letter(
    `Your order ${orderId} is confirmed`,
    to,
    "thank you for your order. It is confirmed, and we are packing it:",
    [
      ...lines.map(
        (line): Row => [`${line.quantity} x ${line.name}`, `${inWords(line.unitPrice)} each`],
      ),
      ["Total", inWords(total)],
    ],
  );

/** It could not be fulfilled, and nothing was captured. */
export const orderRejected = ({ orderId, reason }: Rejected, to: Reader) =>
  letter(
    `We cannot fulfil your order ${orderId}`,
    to,
    `we are sorry, we cannot fulfil your order. ${reason.detail}`,
    "You were not charged.",
  );

/** Off, before or after it was paid for, as its customer asked or for a reason of ours. This is also where a refund is told of. */
export const orderCancelled = ({ orderId, reason }: Cancelled, to: Reader) =>
  letter(
    `Your order ${orderId} is cancelled`,
    to,
    reason
      ? `we are sorry, we had to cancel your order. ${reason.detail}`
      : "as you asked, your order is cancelled.",
    "If you paid for it, the whole amount is on its way back to you.",
  );

/** Neither forward nor back. */
export const orderNeedsAttention = ({ orderId }: { orderId: string }, to: Reader) =>
  letter(
    `Your order ${orderId} takes a little longer`,
    to,
    "something about your order went wrong on our side. A person is looking at it; you need not do anything.",
  );

/** It was confirmed, needed attention, and goes on as if nothing had been. */
export const orderConfirmedAfterAll = ({ orderId }: { orderId: string }, to: Reader) =>
  letter(
    `Your order ${orderId} is confirmed after all`,
    to,
    "what went wrong on our side is mended. Your order is confirmed, and we are packing it.",
  );

/** For the shop's staff: money of which the provider says one thing and we another. */
export const paymentNeedsAttention = ({ orderId, what }: { orderId: string; what: string }) =>
  compose(`The payment of ${orderId} needs attention`, [
    what,
    "Nothing was booked because of it. Please compare with what the provider itself shows.",
  ]);

type Difference = { subject: string; what: string; cure?: string | undefined };

/** For the shop's staff: books that differ, as the nightly reconciliation found. */
export const differenceFound = ({ subject, what, cure }: Difference) =>
  compose(`The books differ about ${subject}`, [
    what,
    cure
      ? `The command ${cure} was given because of it. Tomorrow's report says whether that was enough.`
      : "No cure is certain. Please look at it.",
  ]);

/** For the shop's staff: a product of a delivery. */
export const stockReceived = ({ receiptId, productId, quantity, available }: Received) =>
  compose(`${productId} came in`, [
    `Delivery ${receiptId} is on the shelf:`,
    [
      [productId, `${quantity} received`],
      ["Now available", String(available)],
    ],
  ]);

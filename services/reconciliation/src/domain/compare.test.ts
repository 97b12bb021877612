import { describe, expect, it } from "vitest";
import type { Order, Payment, Reservation } from "./books.ts";
import { compare } from "./compare.ts";

const orderId = "ord_01J8ZQ4V7R3T5W6X8Y9Z0A1B2C" as Order["orderId"];
const order = (status: string, more: Partial<Order> = {}): Order => ({
  ...{ orderId, customerId: "cus_x", lines: [], total: { amount: 100, currency: "USD" } },
  ...{ status, closed: false, placedAt: "2026-01-01T00:00:00Z", ...more },
});
const payment = (status: string, more: Partial<Payment> = {}): Payment => ({
  ...{ orderId, status, withdrawn: false, captured: 0, refunded: 0, byHand: 0 },
  ...more,
});
const provider = (status: string, captured = 0, refunded = 0) => ({
  provider: { status, captured, refunded },
});
const stock = (status: string): Reservation => ({ orderId, status, lines: [] });
const paid = (refunded = 0, byHand = 0) =>
  payment("captured", { captured: 100, refunded, byHand, ...provider("captured", 100, refunded) });
const SOLD = stock("SOLD");

const right: [string, Parameters<typeof compare>[0]][] = [
  ["confirmed, paid and sold", { order: order("CONFIRMED"), payment: paid(), reservation: SOLD }],
  [
    "with a part given back by hand",
    { order: order("CONFIRMED"), payment: paid(0, 40), reservation: SOLD },
  ],
  [
    "with the excess given back, where the provider took too much",
    {
      order: order("CONFIRMED"),
      payment: { ...paid(20), captured: 120, ...provider("captured", 120, 20) },
      reservation: SOLD,
    },
  ],
  [
    "paid back and returned",
    { order: order("CANCELLED"), payment: paid(100), reservation: stock("RETURNED") },
  ],
  [
    "paid back by hand",
    { order: order("CANCELLED"), payment: paid(60, 40), reservation: stock("RETURNED") },
  ],
  [
    "declined",
    {
      order: order("REJECTED"),
      payment: payment("declined", provider("declined")),
      reservation: stock("RELEASED"),
    },
  ],
  [
    "voided",
    {
      order: order("REJECTED"),
      payment: payment("voided", provider("voided")),
      reservation: stock("RELEASED"),
    },
  ],
  [
    "never asked for",
    {
      order: order("REJECTED"),
      payment: payment("new", { provider: null }),
      reservation: stock("REFUSED"),
    },
  ],
  [
    "confirmed, and a part given back by hand",
    { order: order("CONFIRMED"), payment: paid(0, 40), reservation: SOLD },
  ],
  [
    "in the hands of a saga",
    { order: order("CONFIRMED", { running: true }), payment: payment("authorized") },
  ],
  [
    "looked at by a person",
    { order: order("NEEDS_ATTENTION"), payment: payment("authorized"), reservation: stock("HELD") },
  ],
  ["a tombstone of nobody's", { payment: payment("new"), reservation: stock("EXPIRED") }],
];

const wrong: [string[], Parameters<typeof compare>[0]][] = [
  [["NoRunUnderWay"], { order: order("PLACED"), payment: payment("new") }],
  [
    ["NoRunUnderWay"],
    { order: order("CANCELLING", { running: false }), payment: paid(), reservation: SOLD },
  ],
  [
    ["ConfirmedNotPaid"],
    {
      order: order("CONFIRMED"),
      payment: payment("authorized", provider("authorized")),
      reservation: SOLD,
    },
  ],
  [
    ["ConfirmedNotSold"],
    { order: order("CONFIRMED"), payment: paid(), reservation: stock("EXPIRED") },
  ],
  [["ConfirmedNotSold"], { order: order("CONFIRMED"), payment: paid() }],
  [["ConfirmedPaidBack"], { order: order("CONFIRMED"), payment: paid(100), reservation: SOLD }],
  [
    ["ConfirmedPaidBack"],
    {
      order: order("CONFIRMED"),
      payment: { ...paid(21), captured: 120, ...provider("captured", 120, 21) },
      reservation: SOLD,
    },
  ],
  [["ConfirmedPaidBack"], { order: order("CONFIRMED"), payment: paid(0, 100), reservation: SOLD }],
  [
    ["MoneyNotBack"],
    { order: order("CANCELLED"), payment: paid(60), reservation: stock("RETURNED") },
  ],
  [
    ["AuthorizationOpen"],
    { order: order("REJECTED"), payment: payment("authorized", provider("authorized")) },
  ],
  [
    ["AuthorizationOpen"],
    { order: order("REJECTED"), payment: payment("requested", { provider: null }) },
  ],
  [
    ["StockHeld"],
    { order: order("REJECTED"), payment: payment("new"), reservation: stock("HELD") },
  ],
  [["StockSold"], { order: order("CANCELLED"), payment: payment("voided"), reservation: SOLD }],
  [
    ["ProviderAhead"],
    { order: order("NEEDS_ATTENTION"), payment: { ...paid(), ...provider("captured", 100, 100) } },
  ],
  [
    ["ProviderAhead", "ConfirmedNotPaid"],
    {
      order: order("CONFIRMED"),
      payment: payment("authorized", provider("captured", 100)),
      reservation: SOLD,
    },
  ],
  [
    ["ProviderDiffers"],
    {
      order: order("CONFIRMED"),
      payment: { ...paid(), ...provider("authorized") },
      reservation: SOLD,
    },
  ],
  [
    ["ProviderDiffers"],
    { order: order("CONFIRMED"), payment: { ...paid(), provider: null }, reservation: SOLD },
  ],
  [
    ["ProviderDiffers"],
    { order: order("CANCELLED"), payment: payment("voided", provider("captured", 100)) },
  ],
  [
    ["ProviderDiffers"],
    { order: order("CANCELLED"), payment: payment("voided", provider("authorized")) },
  ],
  [["PaymentWithoutOrder"], { payment: paid() }],
  [["ProviderPaymentUnknown"], { payment: payment("new", provider("captured", 100)) }],
  [["ReservationWithoutOrder"], { payment: payment("new"), reservation: SOLD }],
];

describe("the books about one order", () => {
  it.each(right)("agree: %s", (_, books) => expect(compare(books)).toEqual([]));
  it.each(wrong)("differ: %j", (kinds, books) => expect(compare(books)).toEqual(kinds));
});

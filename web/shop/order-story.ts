import type { Order } from "./api-types.ts";

/** How a step of an order stands. */
type Standing = "done" | "now" | "later" | "failed" | "undone";
export type Step = { name: string; standing: Standing; at?: string };
/** An order as its customer is told of it. `settled` says that nothing more is expected to happen by itself. */
export type Story = {
  headline: string;
  sentence: string;
  tone: "going" | "good" | "sorry";
  steps: Step[];
  settled: boolean;
  mayCancel: boolean;
};

/** The way of an order: the event that ends a step, what is said of it then, and before. */
const path: [event: string, done: string, before: string][] = [
  ["OrderPlaced", "We have your order", "Your order"],
  ["StockReserved", "Set aside for you", "Setting it aside"],
  ["PaymentAuthorized", "Your bank agreed", "Your bank's answer"],
  ["OrderConfirmed", "Confirmed", "Confirmation"],
  ["PaymentCaptured", "Paid", "Payment"],
  ["StockCommitted", "Ready to be fetched", "Packing"],
];

const timesOf = ({ timeline }: Order) =>
  new Map(timeline.map(({ what, at }): [string, string] => [what, at]));

const pending = (has: (what: string) => boolean): [headline: string, sentence: string] => {
  if (has("PaymentAuthorized"))
    return ["Almost there", "Your bank has agreed. We are confirming the order."];
  if (has("StockReserved"))
    return [
      "Waiting for your bank",
      "Everything is set aside for you. Nothing is taken from your card before the bank agrees.",
    ];
  return [
    "We have your order",
    "We are looking whether all of it is there. Nothing is set aside yet, and nothing is paid.",
  ];
};

const confirmed = (
  order: Order,
  has: (what: string) => boolean,
): [headline: string, sentence: string] => {
  if (has("CancellationRequested"))
    return [
      "Being cancelled",
      order.paid
        ? "You have cancelled it. Your money is on its way back."
        : "You have cancelled it. We are letting go of your card and of what was set aside.",
    ];
  if (!order.paid) return ["Confirmed", "It is yours. The payment is being taken right now."];
  if (!has("StockCommitted"))
    return ["Confirmed and paid", "It is yours. We are packing it right now."];
  return [
    "It is all yours",
    "Confirmed, paid and packed. An e‑mail with the details is on its way.",
  ];
};

const rejected = ({ reason }: Order): [headline: string, sentence: string] => {
  if (reason?.code === "OutOfStock")
    return [
      "Somebody was quicker",
      `We are sorry: ${reason.detail.replace(/\.?$/, ".")} Your card was not asked, and nothing is paid.`,
    ];
  if (reason?.code === "PaymentDeclined")
    return [
      "Your bank said no",
      "The card was declined, so nothing was taken. What we had set aside is back on the shelf; another card may do.",
    ];
  return [
    "It did not work out",
    `${reason?.detail ?? "The order could not be carried out."} Nothing is paid.`,
  ];
};

const cancelled = (order: Order): [headline: string, sentence: string] => {
  const because = order.reason ? `${order.reason.detail.replace(/\.?$/, ".")} ` : "";
  if (!order.paid) return ["Cancelled", `${because}Nothing was taken from your card.`];
  return order.refunded
    ? ["Cancelled", `${because}All that you paid is back on your card.`]
    : ["Cancelled", `${because}Your money is on its way back.`];
};

const told = (
  order: Order,
  has: (what: string) => boolean,
): [headline: string, sentence: string, tone: Story["tone"]] => {
  switch (order.status) {
    case "PENDING":
      return [...pending(has), "going"];
    case "CONFIRMED": {
      const [headline, sentence] = confirmed(order, has);
      return [headline, sentence, has("CancellationRequested") ? "going" : "good"];
    }
    case "REJECTED":
      return [...rejected(order), "sorry"];
    case "CANCELLED":
      return [...cancelled(order), "sorry"];
    case "NEEDS_ATTENTION":
      return [
        "One of us is looking into it",
        "Something went wrong that we do not leave to a machine. You need not do anything; this page will tell.",
        "going",
      ];
  }
};

const failedAt = (code: string | undefined) =>
  code === "OutOfStock" ? "StockReserved" : code === "PaymentDeclined" ? "PaymentAuthorized" : "";

/**
 * Tells an order, from what the API answers alone, and from whether its customer has just cancelled it: the timeline may tell
 * of that a moment later.
 */
export const storyOf = (order: Order, hasCancelled = false): Story => {
  const times = timesOf(order);
  const isAsked = hasCancelled && order.status === "CONFIRMED";
  const has = (what: string) => times.has(what) || (isAsked && what === "CancellationRequested");
  const [headline, sentence, tone] = told(order, has);
  const ended = order.status === "REJECTED" || order.status === "CANCELLED";
  const withdrawn = ended || has("CancellationRequested") || has("FulfilmentFailed");
  // The timeline may follow a moment later than the status, which has been there already.
  const reached = order.status === "CONFIRMED" ? 3 : path.findLastIndex(([event]) => has(event));
  const failed = order.status === "REJECTED" ? failedAt(order.reason?.code) : "";
  const steps = path.flatMap(([event, name, before], index): Step[] => {
    const at = times.get(event);
    if (event === failed) return [{ name: failedName(event), standing: "failed" }];
    if (at !== undefined || index <= reached) {
      const undone = withdrawn && index > 0;
      return [{ name, standing: undone ? "undone" : "done", ...(at !== undefined && { at }) }];
    }
    if (withdrawn) return [];
    return [{ name: before, standing: index === reached + 1 ? "now" : "later" }];
  });
  if (withdrawn && !failed) {
    const at = times.get("OrderCancelled");
    steps.push({
      name: ended ? "Cancelled" : "Being cancelled",
      standing: ended ? "failed" : "now",
      ...(at !== undefined && { at }),
    });
  }
  if (order.paid && order.refunded) steps.push({ name: "Money back", standing: "done" });
  const complete = order.paid !== null && has("StockCommitted") && !withdrawn;
  const settled =
    order.status === "CONFIRMED" ? complete : ended && (!order.paid || order.refunded !== null);
  return {
    headline,
    sentence,
    tone,
    steps,
    settled,
    mayCancel: !withdrawn && (order.status === "PENDING" || order.status === "CONFIRMED"),
  };
};

const failedName = (event: string) =>
  event === "StockReserved" ? "Not all of it was there" : "Your bank said no";

import { isDeepStrictEqual } from "node:util";
import { cardNamed } from "../../services/payment-provider/src/domain/cards.ts";
import type { Books, Row } from "./books.ts";

/** A broken promise: which one, and where it shows. */
export type Violation = { invariant: string; what: string };

type Check = (books: Books) => string[];

const paymentIdOf = (orderId: string) => orderId.replace("ord_", "pay_");
const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);

/** Whether a card's bank holds money for a payment, as the provider keeps it, that nobody took and nobody let go. */
export const isBlocked = ({ state, card = "" }: Row = {}): boolean => {
  const { answer, withdrawn } = cardNamed(card) ?? {};
  return state === "asked" && answer === "authorized" && !withdrawn;
};

/** What our ledger says of a payment: amounts in minor units. What went back `byHand` is in no other ledger. */
export const paidFor = (books: Books, orderId: string) => {
  const events = books.payments.get(paymentIdOf(orderId)) ?? [];
  const amounts = (type: string) =>
    events.filter((event) => event.type === type).map(({ data }) => data.amount.amount as number);
  const byHand = sum(amounts("RefundedByHand"));
  return {
    authorized: sum(amounts("Authorized")),
    captured: sum(amounts("Captured")),
    /** What the provider took, where that was another sum; a person was told. */
    otherSums: events.flatMap(({ type, data }) =>
      type === "Disputed" && data.captured ? [data.captured.amount as number] : [],
    ),
    refunded: sum(amounts("Refunded")) + byHand,
    byHand,
  };
};

/** What the provider's ledger says that its customer has paid for each payment, less what went back. */
const providerNets = (books: Books) => {
  const postings = Map.groupBy(books.postings, ({ sk }) => String(sk).split("#")[0]);
  return (orderId: string) =>
    sum(
      (postings.get(paymentIdOf(orderId)) ?? [])
        .flatMap(({ posting }) => posting as Row[])
        .filter(({ account }) => account === "merchant")
        .map(({ amount }) => amount),
    );
};

const everyOrder = (
  books: Books,
  fault: (order: Row, version: number) => string | false | undefined,
) =>
  books.orders.flatMap((order) => {
    const what = fault(order.state, order.version);
    return what ? [`${order.id}: ${what}`] : [];
  });

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

const FINAL = ["CONFIRMED", "REJECTED", "CANCELLED", "NEEDS_ATTENTION"];
const VIEWED: Record<string, string> = {
  PLACED: "PENDING",
  REJECTING: "PENDING",
  CANCELLING: "CONFIRMED",
};

/** What the view of an order has to say when everything has come to rest. */
const viewOf = (books: Books, { orderId, status, total, lines }: Row, version: number) => {
  const { captured, refunded } = paidFor(books, orderId);
  const money = (amount: number) => (amount === 0 ? null : { ...total, amount });
  return {
    status: VIEWED[status] ?? status,
    version,
    total,
    lines,
    paid: money(captured),
    refunded: money(refunded),
  };
};

/** The promises that can be judged when everything has come to rest, each against books that were kept apart. */
const checks: Record<string, Check> = {
  "I1 refunds <= captures <= authorised <= total": (books) =>
    everyOrder(books, ({ orderId, total }) => {
      const { authorized, captured, refunded, otherSums } = paidFor(books, orderId);
      const isAgreed = captured <= authorized || otherSums.includes(captured);
      const right = refunded <= captured && isAgreed && authorized <= total.amount;
      return (
        !right && `${refunded} <= ${captured} <= ${authorized} <= ${total.amount} does not hold`
      );
    }),
  "I2 available + held + sold = stocked": (books) => {
    const lines = books.reservations
      .filter(({ status }) => status === "HELD" || status === "SOLD")
      .flatMap(({ lines }) => lines as Row[]);
    const takenOf = Map.groupBy(lines, ({ productId }) => productId);
    return books.stock.flatMap(({ productId, available, stocked }) => {
      const taken = sum((takenOf.get(productId) ?? []).map(({ quantity }) => quantity));
      if (available >= 0 && available + taken === stocked) return [];
      return [`${productId}: ${available} + ${taken} is not ${stocked}`];
    });
  },
  "I7 every order is final": (books) =>
    everyOrder(books, ({ status }) => !FINAL.includes(status) && `is still ${status}`),
  "I8 confirmed means paid and sold, anything else means neither": (books) => {
    const reservations = new Map(books.reservations.map((one) => [one.orderId, one]));
    return everyOrder(books, ({ orderId, status, total }) => {
      if (status === "NEEDS_ATTENTION") return false;
      const { captured, refunded } = paidFor(books, orderId);
      const sold = reservations.get(orderId)?.status === "SOLD";
      const [net, due] = [captured - refunded, status === "CONFIRMED" ? total.amount : 0];
      if (net !== due) return `${status}, but ${net} was paid of ${due}`;
      return sold !== (status === "CONFIRMED") && `${status}, but sold is ${sold}`;
    });
  },
  "I9 nothing is held any more": (books) => [
    ...books.reservations.flatMap(({ orderId, status }) =>
      status === "HELD" ? [`${orderId} holds stock`] : [],
    ),
    ...everyOrder(books, ({ orderId, status }) => {
      // What is confirmed is paid (I8), and what needs attention waits for a person, its money with it.
      if (status === "CONFIRMED" || status === "NEEDS_ATTENTION") return false;
      const isHeld = isBlocked(books.provider.get(paymentIdOf(orderId)));
      return isHeld && `is ${status}, and its money is still blocked on the card`;
    }),
    ...everyOrder(books, ({ orderId, status }) => {
      if (status === "CONFIRMED" || status === "NEEDS_ATTENTION") return false;
      const left = books.steps
        .filter((row) => row.orderId === orderId && row.status === "DONE" && row.undo)
        .map(({ sk }) => String(sk).replace("STEP#", ""));
      return left.length > 0 && `is ${status}, and ${left.join(" and ")} is not undone`;
    }),
  ],
  "I10 our ledger is the provider's": (books) => {
    const netOf = providerNets(books);
    const unbalanced = books.postings.filter(
      ({ posting }) => sum((posting as Row[]).map(({ amount }) => amount)) !== 0,
    );
    return [
      ...unbalanced.map(({ sk }) => `the posting ${sk} does not add up to nothing`),
      ...everyOrder(books, ({ orderId }) => {
        const { captured, refunded, byHand } = paidFor(books, orderId);
        const [ours, theirs] = [captured - refunded + byHand, netOf(orderId)];
        return ours !== theirs && `we say ${ours}, they say ${theirs}`;
      }),
    ];
  },
  "I11 everything was told": ({ outboxes }) =>
    outboxes.map(({ pk, sk }) => `${pk} ${sk} is not published`),
  "I13 the views say what is true": (books) => [
    ...everyOrder(books, (state, version) => {
      const truth = viewOf(books, state, version);
      const seen = books.views.get(state.orderId) ?? {};
      return Object.entries(truth)
        .filter(([name, value]) => !isDeepStrictEqual(seen[name], value))
        .map(([name, value]) => `${name} is ${shown(value)}, its view says ${shown(seen[name])}`)
        .join("; ");
    }),
    ...books.stock.flatMap(({ productId, available }) => {
      const seen = books.products.get(productId)?.available;
      return seen === available
        ? []
        : [`${productId}: ${available} are left, its view says ${seen}`];
    }),
  ],
  "I15 nothing without its order": (books) => {
    const known = new Set(books.orders.map(({ id }) => id));
    const orderOf = (paymentId: string) => paymentId.replace("pay_", "ord_");
    return [
      ...books.reservations.map(({ orderId }) => orderId),
      ...[...books.payments.keys()].map(orderOf),
      ...[...books.provider.keys()].map(orderOf),
    ]
      .filter((id) => !known.has(id))
      .map((id) => `${id} was never placed`);
  },
  "I16 no dead letters": ({ deadLetters }) =>
    deadLetters.map(({ queue, count }) => `${queue} holds ${count}`),
  "I17 no saga is under way": ({ running }) => running.map((name) => `${name} is still running`),
};

/** The names of the promises that are judged. */
export const judged = Object.keys(checks);

/** What is broken, if anything, when everything has come to rest. */
export const judge = (books: Books): Violation[] =>
  Object.entries(checks).flatMap(([invariant, check]) =>
    check(books).map((what) => ({ invariant, what })),
  );

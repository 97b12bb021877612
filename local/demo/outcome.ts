import type { Books } from "../judge/books.ts";
import { paidFor, type Violation } from "../judge/judge.ts";
import type { Scene } from "./play.ts";
import type { Ending } from "./stories.ts";

/** What became of a story: as its customer saw it, and as the books have it. Amounts in cents. */
export type Outcome = {
  number: number;
  orderId?: string;
  customer: string;
  story: string;
  expected: Ending[];
  ended?: Ending;
  /** The status, and why where there is a reason. */
  outcome: string;
  total: number;
  captured: number;
  refunded: number;
  /** Units that left the stock for good. */
  taken: number;
  ms: number;
};

const units = (lines: { quantity: number }[]) =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);

const endingOf = (
  { story, order, refusal }: Scene,
  { total, captured, refunded, taken }: Pick<Outcome, "total" | "captured" | "refunded" | "taken">,
): Ending | undefined => {
  if (refusal) return refusal.type === story.problem ? "refused" : undefined;
  const untouched = captured === 0 && refunded === 0 && taken === 0;
  switch (order?.status) {
    case "CONFIRMED":
      if (captured - refunded !== total || taken !== units(story.lines)) return undefined;
      return captured === total ? "sold" : "excess back";
    case "CANCELLED":
      if (untouched) return "never charged";
      return captured === refunded && taken === 0 ? "given back" : undefined;
    case "REJECTED":
      if (!untouched) return undefined;
      if (order.reason?.code === "OutOfStock") return "sold out";
      return order.reason?.code === "PaymentDeclined" ? "declined" : undefined;
    default:
      return undefined;
  }
};

/** What became of a scene, once everything has come to rest. */
export const outcomeOf = (scene: Scene, books: Books): Outcome => {
  const { story, number, order, refusal, ms } = scene;
  const orderId = order?.orderId;
  const { captured, refunded } = orderId ? paidFor(books, orderId) : { captured: 0, refunded: 0 };
  const sold = books.reservations.find((one) => one.orderId === orderId && one.status === "SOLD");
  const money = {
    total: order?.total?.amount ?? 0,
    captured,
    refunded,
    taken: units(sold?.lines ?? []),
  };
  return {
    number,
    orderId,
    customer: story.as,
    story: story.tells,
    expected: story.ends,
    ended: endingOf(scene, money),
    outcome: refusal
      ? `${refusal.status} ${refusal.type?.split("/").at(-1)}`
      : [order?.status ?? "NO ANSWER", order?.reason?.code].filter(Boolean).join(" "),
    ...money,
    ms,
  };
};

/** Which outcomes are not what they had to be, in sentences. */
export const surprises = (scenes: Scene[], outcomes: Outcome[]): string[] => {
  const wrong = outcomes
    .filter(({ expected, ended }) => !ended || !expected.includes(ended))
    .map(
      ({ number, customer, story, expected, outcome, captured, refunded, taken }) =>
        `#${number} (${customer}: ${story}) had to end ${expected.map((one) => `"${one}"`).join(" or ")}, ` +
        `but is ${outcome} with ${captured} captured, ${refunded} refunded and ${taken} taken from stock.`,
    );
  const contests = Map.groupBy(scenes, ({ story }) => story.rivals);
  contests.delete(undefined);
  for (const [what, rivals] of contests) {
    const winners = rivals.filter(({ number }) => outcomes[number - 1]?.ended === "sold").length;
    if (winners !== 1)
      wrong.push(`${winners} of ${rivals.length} rivals got the ${what}, not one.`);
  }
  return wrong;
};

/** What the customers were promised, held against the books: each order that was acknowledged, and no other. */
export const missing = (outcomes: Outcome[], books: Books): Violation[] => {
  const acknowledged = new Set<string>(outcomes.flatMap(({ orderId }) => orderId ?? []));
  const booked = new Set<string>(books.orders.map(({ id }) => id as string));
  const beside = (some: Set<string>, others: Set<string>) =>
    [...some].filter((id) => !others.has(id));
  return [
    ...beside(acknowledged, booked).map((id) => `${id} was acknowledged, and is lost`),
    ...beside(booked, acknowledged).map((id) => `${id} is in the books, and nobody's`),
  ].map((what) => ({ invariant: PROMISED, what }));
};

/** The name of the invariant that the customers' own notes are needed for. */
export const PROMISED = "I5 one order for each request that was taken, and no other";

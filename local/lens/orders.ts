import type { Clock } from "emulator/kernel/clock";
import type { OrderIndex, Source } from "./order-index.ts";
import { sentenceOf } from "./sentence-of.ts";
import { shortName } from "./short-name.ts";
import type { Seen } from "./shown-entry.ts";
import { type OrderStory, storyOf } from "./story-of.ts";
import { thingsOf } from "./things.ts";
import { whereaboutsOf } from "./whereabouts.ts";

/** An order in a list. */
export type OrderLine = Pick<OrderStory, "orderId" | "short" | "sentence" | "status"> & {
  placedAt: number;
};

/** So many are listed at once. */
const MOST_LISTED = 50;
/** So many lines are looked through, and remembered. */
const MOST_LOOKED_AT = 500;

type Looked = Seen & { cloud: { clock: Pick<Clock, "now">; trace: Source & { epoch: number } } };

type Told = { size: number; epoch: number; line: OrderLine | undefined; text: string };

/** Tells an order in a line; undefined for an id that nothing was written for. */
const lineOf = (
  { graph, cloud }: Looked,
  index: OrderIndex,
  orderId: string,
): OrderLine | undefined => {
  const entries = index.entries(orderId);
  const whereabouts = whereaboutsOf(entries, orderId, thingsOf(graph));
  const { status, milestones } = whereabouts;
  if (milestones.length === 0) return undefined;
  const placed = milestones.find(({ name }) => name === "OrderPlaced") ?? milestones[0];
  return {
    orderId,
    short: shortName(orderId),
    sentence: sentenceOf(whereabouts, cloud.clock.now()),
    status,
    placedAt: placed?.at ?? 0,
  };
};

/** The newest orders, or those whose line or id has a text in it. What it told of an order stands until something is added to it. */
export const orderList = (looked: Looked, index: OrderIndex) => {
  const known = new Map<string, Told>();
  const tell = (orderId: string): Told => {
    const size = index.size(orderId);
    const { epoch } = looked.cloud.trace;
    const before = known.get(orderId);
    if (before?.size === size && before.epoch === epoch) return before;
    const line = lineOf(looked, index, orderId);
    const text = line ? `${orderId} ${line.short} ${line.sentence} ${line.status}` : "";
    const fresh = { size, epoch, line, text: text.toLowerCase() };
    known.delete(orderId);
    known.set(orderId, fresh);
    if (known.size > MOST_LOOKED_AT) known.delete(known.keys().next().value ?? "");
    return fresh;
  };
  return (find = ""): OrderLine[] => {
    const wanted = find.trim().toLowerCase();
    const lines: OrderLine[] = [];
    for (const orderId of index.orders().slice(0, MOST_LOOKED_AT)) {
      if (lines.length === MOST_LISTED) break;
      const { line, text } = tell(orderId);
      if (line && text.includes(wanted)) lines.push(line);
    }
    return lines;
  };
};

/** The story of an order; undefined where the trace has nothing of it. */
export const orderStory = (
  { graph, cloud }: Looked,
  index: OrderIndex,
  orderId: string,
): OrderStory | undefined => {
  const entries = index.entries(orderId);
  if (entries.length === 0) return undefined;
  return storyOf(entries, orderId, {
    things: thingsOf(graph),
    now: cloud.clock.now(),
    ordersOf: ({ seq }) => index.of(seq).size,
  });
};

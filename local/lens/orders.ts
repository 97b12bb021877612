import type { Clock } from "emulator/kernel/clock";
import type { OrderIndex } from "./order-index.ts";
import { sentenceOf } from "./sentence-of.ts";
import { shortName } from "./short-name.ts";
import type { Seen } from "./shown-entry.ts";
import { type OrderStory, storyOf } from "./story-of.ts";
import { thingsOf } from "./things.ts";
import { whereaboutsOf } from "./whereabouts.ts";

/** An order in a list. */
export type OrderLine = {
  orderId: string;
  short: string;
  status: string;
  sentence: string;
  placedAt?: number;
};

/** So many are listed at once. */
const MOST = 100;

type Looked = Seen & { cloud: { clock: Pick<Clock, "now"> } };

/** The newest orders, or those whose id or short name has a text in it. Ids that nothing was written for are no orders. */
export const listOrders = (
  { graph, cloud }: Looked,
  index: OrderIndex,
  { find = "", most = MOST }: { find?: string; most?: number } = {},
): OrderLine[] => {
  const things = thingsOf(graph);
  const wanted = find.trim().toLowerCase();
  const lines: OrderLine[] = [];
  for (const orderId of index.orders()) {
    if (lines.length === most) break;
    const short = shortName(orderId);
    if (!orderId.toLowerCase().includes(wanted) && !short.includes(wanted)) continue;
    const whereabouts = whereaboutsOf(index.entries(orderId), orderId, things);
    const { status, milestones } = whereabouts;
    if (milestones.length === 0) continue;
    const placedAt = milestones.find(({ name }) => name === "OrderPlaced")?.at;
    lines.push({
      orderId,
      short,
      status,
      sentence: sentenceOf(whereabouts, cloud.clock.now()),
      ...(placedAt !== undefined && { placedAt }),
    });
  }
  return lines;
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

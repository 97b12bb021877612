import { Refused } from "./answers.ts";
import type { Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

/** So many orders one answer has. */
const MOST = 50;
/** So many stories are remembered. */
const REMEMBERED = 500;

/** The orders that the trace knows, the newest first, and the story of one. */
export const orderRoutes = ({ lens, trace, clock }: Sight): Routes => {
  type Known = { size: number; epoch: number; at: number; line: object; text: string };
  const known = new Map<string, Known>();

  /** A story costs time: one that nothing was added to is told again only when time has passed. */
  const lineOf = (orderId: string): Known | undefined => {
    const [size, { epoch }, at] = [lens.size(orderId), trace, clock.now()];
    const before = known.get(orderId);
    if (before && before.size === size && before.epoch === epoch) return before;
    const story = lens.story(orderId);
    if (!story) return undefined;
    const { short, sentence, status, bars } = story;
    const placedAt = bars[0]?.begins ?? at;
    const line = { orderId, short, sentence, status, placedAt };
    const fresh = {
      size,
      epoch,
      at,
      line,
      text: `${orderId} ${short} ${sentence} ${status}`.toLowerCase(),
    };
    known.delete(orderId);
    known.set(orderId, fresh);
    if (known.size > REMEMBERED) known.delete(known.keys().next().value ?? "");
    return fresh;
  };

  return {
    "GET orders"({ query }) {
      const find = (query.get("find") ?? "").trim().toLowerCase().slice(0, 100);
      const orders: object[] = [];
      let looked = 0;
      for (const orderId of lens.orders()) {
        if (orders.length >= MOST || looked >= REMEMBERED) break;
        looked += 1;
        const found = lineOf(orderId);
        if (found?.text.includes(find)) orders.push(found.line);
      }
      return { orders };
    },
    "GET orders/:id"({ parts: [orderId = ""] }) {
      const story = lens.story(orderId);
      if (!story)
        throw new Refused(
          404,
          `The trace has nothing of the order ${orderId.slice(0, 40)}: it was never placed here, or it is too long ago.`,
        );
      return story;
    },
  };
};

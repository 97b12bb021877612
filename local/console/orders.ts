import { Refused } from "./answers.ts";
import type { Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

/** Why an order is not told that was placed in a life of the shop that is over. */
export const orderIsGone = new Refused(
  410,
  "This order is not in this life of the shop any more: time was put back to before it was placed.",
);

/** The orders that the trace knows, the newest first, and the story of one. */
export const orderRoutes = ({ lens }: Sight): Routes => ({
  "GET orders": ({ query }) => ({ orders: lens.orders((query.get("find") ?? "").slice(0, 100)) }),
  "GET orders/:id"({ parts: [orderId = ""] }) {
    const story = lens.story(orderId);
    if (!story)
      throw lens.wasUndone(orderId)
        ? orderIsGone
        : new Refused(
            404,
            `The trace has nothing of the order ${orderId.slice(0, 40)}: it was never placed here, or it is too long ago.`,
          );
    return story;
  },
});

import { Refused } from "./answers.ts";
import type { Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

/** The orders that the trace knows, the newest first, and the story of one. */
export const orderRoutes = ({ lens }: Sight): Routes => ({
  "GET orders": ({ query }) => ({ orders: lens.orders((query.get("find") ?? "").slice(0, 100)) }),
  "GET orders/:id"({ parts: [orderId = ""] }) {
    const story = lens.story(orderId);
    if (!story)
      throw new Refused(
        404,
        `The trace has nothing of the order ${orderId.slice(0, 40)}: it was never placed here, or it is too long ago.`,
      );
    return story;
  },
});

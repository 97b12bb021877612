import type { DatabaseSync } from "node:sqlite";
import type { NewShop } from "../1-events/new-shop.ts";
import { setting } from "../2-read-model/settings.ts";
import { type Answers, shown } from "../monolith/app.ts";
import type { Database } from "../monolith/database.ts";
import { orderOf } from "../monolith/orders.ts";
import { type Parts, Refused } from "../monolith/shop.ts";

/** Who places orders. For the moment between the two, nobody does. */
export type Placer = "monolith" | "nobody" | "saga";

/** Who places orders, as of a transaction. */
export const placerOf = (sql: DatabaseSync): Placer => setting<Placer>(sql, "orders", "monolith");

/** The order waited for its turn, and meanwhile the monolith's time was over. */
class PlacedElsewhere extends Error {
  override name = "PlacedElsewhere";
}

/** Lets no order be placed here any more once the monolith's time is over: asked in the order's own transaction. */
export const unlessElsewhere = (parts: Parts): Parts => ({
  ...parts,
  take(sql, order) {
    if (placerOf(sql) !== "monolith") throw new PlacedElsewhere();
    return parts.take(sql, order);
  },
});

/** The front of both: what was ordered before is answered from before, what is new is the new shop's. */
export const front =
  (place: Answers["place"], { reader }: Database, { api }: NewShop): Answers["place"] =>
  async (asked, wanted, request) => {
    if (placerOf(reader) === "monolith")
      try {
        return await place(asked, wanted, request);
      } catch (error) {
        if (!(error instanceof PlacedElsewhere)) throw error;
      }
    const earlier = orderOf(reader, asked.customerId, asked.request);
    if (earlier) return shown(earlier);
    if (placerOf(reader) === "nobody") throw new Refused(503, "One moment: send it again, please.");
    return api("/orders", {
      method: "POST",
      headers: {
        authorization: request.headers.get("authorization") ?? "",
        "content-type": "application/json",
        "idempotency-key": asked.request,
      },
      body: JSON.stringify(wanted),
    });
  };

import { isDeepStrictEqual } from "node:util";
import type { NewShop } from "../1-events/new-shop.ts";
import { shown } from "../monolith/app.ts";
import type { Database } from "../monolith/database.ts";
import { ordersOf } from "../monolith/orders.ts";
import { setting } from "./settings.ts";

/** Where the list of orders comes from: `both` answers from the database, and compares. */
export type Source = "database" | "both" | "view";

/** Where the two lists of a customer differ. */
export type Difference = { customer: string; ours: unknown; theirs: unknown };

/** What both have to say alike of an order. The view knows more: what was paid, and when what happened. */
const said = ({ orderId, status, lines, total, placedAt }: ReturnType<typeof shown>) => ({
  ...{ orderId, status, lines, total, placedAt },
});

/** A customer's orders as the read model has them, asked with the customer's own token. */
const viewOf = async (api: NewShop["api"], request: Request) => {
  const authorization = request.headers.get("authorization") ?? "";
  const answer = await api("/orders?limit=100", { headers: { authorization } });
  if (!answer.ok) throw new Error(`The read model answered ${answer.status}`);
  const { items } = (await answer.json()) as { items: ReturnType<typeof shown>[] };
  return items;
};

/** A customer's orders, from where the setting `list` says. */
export const listFrom =
  ({ reader }: Database, { api }: NewShop, found: (difference: Difference) => void) =>
  async ({ customerId }: { customerId: string }, request: Request) => {
    const source = setting<Source>(reader, "list", "database");
    if (source === "view") return viewOf(api, request);
    const ours = ordersOf(reader, customerId).map(shown);
    if (source === "database") return ours;

    // Nobody reads an error because of what is only tried.
    const theirs = await viewOf(api, request).then(
      (items) => items.map(said),
      (error: Error) => error.message,
    );
    if (!isDeepStrictEqual(theirs, ours.map(said))) found({ customer: customerId, ours, theirs });
    return ours;
  };

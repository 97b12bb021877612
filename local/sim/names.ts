import { createHash } from "node:crypto";
import { accounts } from "../accounts.ts";
import type { OrderPlan, Plan } from "./plan.ts";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The key under which an order is placed, however often that is tried. */
export const keyOf = ({ seed }: Plan, { name, key = name }: OrderPlan): string =>
  `sim-${seed}-${key}`;

/** The part of an order's id that its payment shares: customer and key make it, as the shop's own rule says. */
const placeOf = (plan: Plan, order: OrderPlan): string => {
  const customer = accounts.find(({ name }) => name === order.as)?.customerId;
  const bytes = createHash("sha256")
    .update(`${customer}\n${keyOf(plan, order)}`)
    .digest();
  return Array.from({ length: 26 }, (_, i) => CROCKFORD[(bytes[i] as number) % (i ? 32 : 8)]).join(
    "",
  );
};

/** The id that each order of a plan will have, by its name. */
export const idsOf = (plan: Plan): Map<string, string> =>
  new Map(plan.orders.map((order) => [order.name, `ord_${placeOf(plan, order)}`]));

/** The names of the orders, by what their ids share with those of their payments. */
export const namesOf = (ids: ReadonlyMap<string, string>): Map<string, string> =>
  new Map([...ids].map(([name, id]) => [id.slice("ord_".length), name]));

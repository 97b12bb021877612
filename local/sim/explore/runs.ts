import type { Placed } from "../../../services/orders/src/domain/order-state.ts";
import { isOpen } from "../../../services/orders/src/domain/run.ts";
import { nextRun } from "../../../services/orders/src/domain/run-names.ts";
import type { OrderRow } from "./world.ts";

/** The newest execution of a run, of those that there are by their names: services/orders/src/adapters/sagas.ts. */
export const newestRun = <One extends { status: string }>(
  run: string,
  find: (name: string) => One | undefined,
): One | undefined => {
  let newest: One | undefined;
  for (let name: string | undefined = run; name; name = nextRun(name)) {
    const one = find(name);
    if (!one) break;
    newest = one;
    if (one.status !== "FAILED") break;
  }
  return newest;
};

/** An order's row after a new state: whether it stands in the index `open` then (services/orders/src/adapters/order-transition.ts). */
export const rowAfter = (before: OrderRow, state: Placed): OrderRow => {
  const comes = Boolean(state.resumed) || state.status === "CANCELLING";
  return { state, open: isOpen(state) && (comes || before.open) };
};

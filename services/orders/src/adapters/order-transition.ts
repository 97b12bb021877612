import { UpdateCommand, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { written } from "@petstore/core/written";
import type { OrderState, Placed } from "../domain/order-state.ts";
import { isOpen } from "../domain/run.ts";
import { type Order, OrderRow } from "./order-row.ts";

type Update = UpdateCommandInput & { UpdateExpression: string };

const begin = (id: string, state: OrderState, to: number) =>
  OrderRow.update({ id }).set({ state, version: to });

/** What a new state does to the order's place in the index `open`: it leaves, stays where it is, or comes (back) now. */
const placed = (id: string, state: Placed, to: number) => {
  const update = begin(id, state, to);
  if (!isOpen(state)) return update.remove(["open", "openSince"]);
  const comes = state.resumed || state.status === "CANCELLING";
  return comes ? update.set({ open: "yes", openSince: new Date().toISOString() }) : update;
};

/** The update that takes an order's row from one version to another; refused where it has another one. */
export const transition = (id: string, state: OrderState, from: number, to: number) =>
  placed(id, state as Placed, to)
    .where(({ version }, { eq }) => eq(version, from))
    .params<Update>();

/** Takes an order out of the index `open`, unless something has happened to it meanwhile. */
export const takeOut = async ({ id, version: seen }: Order): Promise<void> => {
  const update = OrderRow.update({ id })
    .remove(["open", "openSince"])
    .where(({ version }, { eq }) => eq(version, seen))
    .params<Update>();
  await written(client.send(new UpdateCommand(update)));
};

import { Resource } from "sst";
import type { OrderState } from "../domain/order-state.ts";
import { OrderRow } from "./order-row.ts";

/** What a new status does to the order's place in the index `open`: it leaves, or comes back for the return or because a person said so. */
const indexed = (state: OrderState): { change: string; values?: Record<string, unknown> } => {
  switch (state.status) {
    case "PLACED":
    case "REJECTING":
    case "CANCELLING": {
      if (state.status !== "CANCELLING" && !state.resumed) return { change: "" };
      const since = { id: "", version: 0, state, open: "yes", placedAt: new Date().toISOString() };
      const { gsi1pk, gsi1sk } = OrderRow.create(since).params().Item;
      return {
        change: ", #open = :open, gsi1pk = :pk, gsi1sk = :sk",
        values: { ":open": "yes", ":pk": gsi1pk, ":sk": gsi1sk },
      };
    }
    default:
      return { change: " REMOVE #open, gsi1pk, gsi1sk" };
  }
};

/** The update that takes an order's row from one version to another; refused where it has another one. */
export const transition = (id: string, state: OrderState, from: number, to: number) => {
  const { change, values } = indexed(state);
  return {
    TableName: Resource.OrdersTable.name,
    Key: OrderRow.get({ id }).params().Key,
    UpdateExpression: `SET #state = :state, #version = :to${change}`,
    ConditionExpression: "#version = :from",
    ExpressionAttributeNames: {
      "#state": "state",
      "#version": "version",
      ...(change && { "#open": "open" }),
    },
    ExpressionAttributeValues: { ":state": state, ":from": from, ":to": to, ...values },
  };
};

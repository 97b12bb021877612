import * as z from "zod";
import { isFinal, type Placed } from "./order-state.ts";

/** In whose hands an order is: of which saga, and the name of its first execution there. */
export const Run = z.object({ saga: z.enum(["FulfilOrder", "ReturnOrder"]), name: z.string() });
export type Run = z.infer<typeof Run>;

/**
 * The run that an order is in the hands of; undefined where all is over, or a person has to decide. Each time that a person
 * sets it going again it is a new one, under a new name.
 */
export const runOf = (state: Placed): Run | undefined => {
  const { status, orderId, resumed } = state;
  if (isFinal(state) || status === "NEEDS_ATTENTION") return undefined;
  return {
    saga: status === "CANCELLING" ? "ReturnOrder" : "FulfilOrder",
    name: resumed ? `${orderId}-${resumed}` : orderId,
  };
};

/** Whether a run is the one that an order is in the hands of. One of before says nothing about it any more. */
export const isRunOf = (state: Placed, { saga, name }: Run): boolean => {
  const now = runOf(state);
  return now?.saga === saga && now.name === name;
};

/**
 * Whether an order has to stand in a list of its own until its run has ended well, for nothing else is sure to tell that it
 * has not begun. What is confirmed, or was cancelled before, has an execution that did it, unless a person resumed it since.
 */
export const isOpen = (state: Placed): boolean =>
  runOf(state) !== undefined &&
  (Boolean(state.resumed) || !["CONFIRMED", "CANCELLED"].includes(state.status));

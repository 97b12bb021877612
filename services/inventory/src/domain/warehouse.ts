import type { Decider } from "@petstore/core/decider";
import type { EventOf } from "@petstore/core/event";
import { exactSum } from "@petstore/core/money";
import { ok, type Refusal, refuse } from "@petstore/core/result";
import { StockAdjusted, StockReceived, StockReceivedV1 } from "@petstore/events/inventory";
import { at, type Line, merge, putBack, type Shelf, shortOf } from "./shelf.ts";

/** What comes in, and what a count finds. An adjustment's `quantity` may be negative. */
export type WarehouseCommand =
  | { type: "ReceiveStock"; receiptId: string; lines: readonly Line[] }
  | ({ type: "AdjustStock"; adjustmentId: string; reason: string } & Line);

/** What changes a shelf from outside. */
export type WarehouseEvent = EventOf<
  typeof StockReceivedV1 | typeof StockReceived | typeof StockAdjusted
>;

/** Why a delivery or a count is not booked. */
export type WarehouseRefusal = Refusal<"UnknownProduct" | "BelowZero" | "TooMuchStock">;

/** The rules of the warehouse: only listed products, never below zero, never more than can be counted exactly. */
export const warehouse: Decider<Shelf, WarehouseCommand, WarehouseEvent, WarehouseRefusal> = {
  initial: {},

  decide(shelf, command) {
    const lines = command.type === "ReceiveStock" ? merge(command.lines) : [command];
    const unknown = lines.find(({ productId }) => !shelf[productId]);
    if (unknown) return refuse("UnknownProduct", `${unknown.productId} is not in the catalogue.`);
    const over = lines.find(
      ({ productId, quantity }) =>
        exactSum([shelf[productId]?.stocked ?? 0, quantity]) === undefined,
    );
    if (over) return refuse("TooMuchStock", `Nobody can count so many of ${over.productId}.`);
    switch (command.type) {
      case "ReceiveStock": {
        const { receiptId } = command;
        const levels = putBack(shelf, lines);
        // Published in both versions until the first is retired, for consumers that still read it.
        const first = levels.map((level) => StockReceivedV1({ receiptId, ...level }));
        return ok([...first, StockReceived({ receiptId, lines: levels })]);
      }
      case "AdjustStock": {
        if (shortOf(shelf, [{ ...command, quantity: -command.quantity }]))
          return refuse("BelowZero", `There are fewer than ${-command.quantity} on the shelf.`);
        const { adjustmentId, reason } = command;
        return ok(
          putBack(shelf, [command]).map((l) => StockAdjusted({ ...l, adjustmentId, reason })),
        );
      }
    }
  },

  evolve(shelf, { type, data }) {
    switch (type) {
      case StockReceived.type:
        return at(shelf, data.lines, true);
      case StockAdjusted.type:
        return at(shelf, [data], true);
      case StockReceivedV1.type:
        return shelf; // StockReceived says the same in its second version
    }
  },
};

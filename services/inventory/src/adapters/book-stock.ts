import { commandHandler } from "@petstore/core/command-handler";
import {
  type Answered,
  type Attempt,
  answerTo,
  recordAnswer,
  recordKey,
} from "@petstore/core/idempotency";
import { outboxRows } from "@petstore/core/outbox";
import { ok, type Refusal, type Result } from "@petstore/core/result";
import { type Store, saveTogether } from "@petstore/core/store";
import { readTogether } from "@petstore/core/together";
import { Resource } from "sst";
import type { Shelf } from "../domain/shelf.ts";
import { type WarehouseCommand, type WarehouseEvent, warehouse } from "../domain/warehouse.ts";
import { shelfOf, stockKey, stockWrites } from "./shelf.ts";

const table = Resource.InventoryTable.name;

type Booking = { shelf: Shelf; answered?: Answered | undefined };

/**
 * Books a delivery or a count: the stock, the events, which are the whole history of `aggregate`, and the answer to the
 * attempt are one transaction. An attempt that was answered before gets that answer.
 */
export const bookStock = async <Answer>(
  attempt: Attempt,
  aggregate: { type: "receipt" | "adjustment"; id: string },
  command: WarehouseCommand,
  answerFor: (shelf: Shelf) => Answer,
): Promise<Result<Answer, Refusal>> => {
  const lines = command.type === "ReceiveStock" ? command.lines : [command];
  const productIds = lines.map(({ productId }) => productId);

  const store: Store<Booking, WarehouseEvent> = {
    async load() {
      const keys = [recordKey(attempt), ...productIds.map(stockKey)];
      const read = await readTogether(table, keys);
      const answered = read(recordKey(attempt)) as Answered | undefined;
      return { state: { shelf: shelfOf(productIds, read), answered }, version: 0 };
    },
    async save({ state: { shelf }, events }) {
      // A buyer may be faster, or this same request come twice at once: then it is decided again.
      await saveTogether(aggregate.id, [
        recordAnswer(table, attempt, answerFor(shelf), { forEver: true }),
        ...stockWrites(events, shelf),
        ...outboxRows(Resource.InventoryOutbox.name, events, {
          source: "inventory",
          ...aggregate,
          from: 0,
        }),
      ]);
    },
  };
  const handle = commandHandler<Booking, WarehouseCommand, WarehouseEvent, Refusal>(
    {
      initial: { shelf: warehouse.initial },
      decide({ shelf, answered }, asked) {
        const earlier = answerTo(answered, attempt);
        if (!earlier) return warehouse.decide(shelf, asked);
        return earlier.ok ? ok([]) : earlier;
      },
      evolve: ({ shelf }, event) => ({ shelf: warehouse.evolve(shelf, event) }),
    },
    store,
  );

  const result = await handle(aggregate.id, command);
  if (!result.ok) return result;
  const { answered, shelf } = result.value.state;
  return ok(answered ? (JSON.parse(answered.answer) as Answer) : answerFor(shelf));
};

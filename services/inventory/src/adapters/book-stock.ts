import { commandHandler } from "@petstore/core/command-handler";
import {
  type Answered,
  type Attempt,
  answerTo,
  recordAnswer,
  recordKey,
} from "@petstore/core/idempotency";
import { outboxRow, seal } from "@petstore/core/outbox";
import { ok, type Refusal, type Result } from "@petstore/core/result";
import { type Store, VersionConflict } from "@petstore/core/store";
import { readTogether } from "@petstore/core/together";
import { ConditionFailed, transact, WriteConflict } from "@petstore/core/transact";
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
  let before: Shelf = {};

  const store: Store<Booking, WarehouseEvent> = {
    async load() {
      const keys = [recordKey(attempt), ...productIds.map(stockKey)];
      const read = await readTogether(table, keys);
      before = shelfOf(productIds, read);
      const answered = read(recordKey(attempt)) as Answered | undefined;
      return { state: { shelf: before, answered }, version: 0 };
    },
    async save({ state: { shelf }, events }) {
      const envelopes = events.map((event, i) =>
        seal(event, { source: "inventory", aggregate: { ...aggregate, version: i + 1 } }),
      );
      try {
        await transact([
          recordAnswer(table, attempt, answerFor(shelf), { forEver: true }),
          ...stockWrites(before, shelf),
          ...envelopes.map((envelope) => outboxRow(Resource.InventoryOutbox.name, envelope)),
        ]);
      } catch (error) {
        // A buyer was faster, or this same request came twice at once: look and decide again.
        if (!(error instanceof ConditionFailed || error instanceof WriteConflict)) throw error;
        throw new VersionConflict(`${aggregate.id}: ${error.message}`);
      }
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

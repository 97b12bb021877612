import { commandHandler } from "@petstore/core/command-handler";
import { outboxRow, seal } from "@petstore/core/outbox";
import { type Store, VersionConflict } from "@petstore/core/store";
import { readTogether } from "@petstore/core/together";
import { ConditionFailed, transact, WriteConflict } from "@petstore/core/transact";
import type { OrderId, ProductId } from "@petstore/events/ids";
import { Resource } from "sst";
import type { Holding, Reservation, ReservationEvent } from "../domain/holding.ts";
import { type ReservationCommand, reservation as rules } from "../domain/reservation.ts";
import type { Line, Shelf } from "../domain/shelf.ts";
import { ReservationRow } from "./rows.ts";
import { type PutItem, shelfOf, stockKey, stockWrites } from "./shelf.ts";

const keyOf = (orderId: string) => ReservationRow.get({ orderId }).params().Key;

const rowWrite = (orderId: string, reservation: Reservation, from: number, to: number) => ({
  Put: ReservationRow.put({ orderId, ...reservation, version: to })
    .where(({ version }, { eq, notExists }) => (from ? eq(version, from) : notExists(version)))
    .params<PutItem>(),
});

const outboxRows = (id: string, events: readonly ReservationEvent[], from: number) =>
  events.flatMap((event, i) => {
    if (event.type === "ReservationClosed") return [];
    const aggregate = { type: "reservation", id, version: from + i + 1 };
    const envelope = seal(event, { source: "inventory", aggregate });
    return [outboxRow(Resource.InventoryOutbox.name, envelope)];
  });

/** A reservation together with the stock items that it touches: one read, one transaction. */
const store = (productIds: readonly ProductId[]): Store<Holding, ReservationEvent> => {
  let before: Shelf = {};
  return {
    async load(orderId) {
      const keys = [keyOf(orderId), ...productIds.map(stockKey)];
      const read = await readTogether(Resource.InventoryTable.name, keys);
      before = shelfOf(productIds, read);
      const { data } = ReservationRow.parse({ Item: read(keyOf(orderId)) });
      if (!data) return { state: { ...rules.initial, shelf: before }, version: 0 };
      const { version, orderId: _, ...reservation } = data;
      return { state: { reservation, shelf: before }, version };
    },

    async save({ id, state: { reservation, shelf }, events, version: from }) {
      try {
        await transact([
          rowWrite(id, reservation, from, from + events.length),
          ...stockWrites(before, shelf),
          ...outboxRows(id, events, from),
        ]);
      } catch (error) {
        // Another buyer of one of the products, or the sweeper, was faster: look and decide again.
        if (!(error instanceof ConditionFailed || error instanceof WriteConflict)) throw error;
        throw new VersionConflict(`${id}: ${error.message}`);
      }
    },
  };
};

/** A hundred buyers of one product at once are served one after the other, in a few seconds; the saga has patience for more. */
const ATTEMPTS = 12;

/** Decides a command on an order's reservation and the stock of the order's products, and writes what it decided. */
export const reservations = (lines: readonly Pick<Line, "productId">[]) => {
  const products = lines.map(({ productId }) => productId);
  const handle = commandHandler(rules, store(products), { attempts: ATTEMPTS });
  return (command: ReservationCommand) => handle(command.orderId, command);
};

/** The reservations that were held until before then, oldest first, page by page. */
export async function* heldUntil(then: string) {
  let cursor: string | null = null;
  do {
    const page: Page = await ReservationRow.query
      .held({ status: "HELD" })
      .lt({ expiresAt: then })
      .go({ hydrate: true, limit: 100, cursor });
    yield page.data.map(({ orderId, lines }) => ({ orderId: orderId as OrderId, lines }));
    cursor = page.cursor;
  } while (cursor);
}

type Page = { data: { orderId: string; lines: readonly Line[] }[]; cursor: string | null };

import { commandHandler } from "@petstore/core/command-handler";
import { outboxRows } from "@petstore/core/outbox";
import { type Store, saveTogether } from "@petstore/core/store";
import { readTogether } from "@petstore/core/together";
import type { OrderId, ProductId } from "@petstore/events/ids";
import { Resource } from "sst";
import type { Holding, Reservation, ReservationEvent } from "../domain/holding.ts";
import { type ReservationCommand, reservation as rules } from "../domain/reservation.ts";
import type { Line } from "../domain/shelf.ts";
import { ReservationRow } from "./rows.ts";
import { type PutItem, shelfOf, stockKey, stockWrites } from "./shelf.ts";

const keyOf = (orderId: string) => ReservationRow.get({ orderId }).params().Key;

const rowWrite = (orderId: string, reservation: Reservation, from: number, to: number) => ({
  Put: ReservationRow.put({ orderId, ...reservation, version: to })
    .where(({ version }, { eq, notExists }) => (from ? eq(version, from) : notExists(version)))
    .params<PutItem>(),
});

/** Published are all events but the tombstone. It is always the only event of its change, so the others' numbers have no gap. */
const publishedOf = (events: readonly ReservationEvent[]) =>
  events.filter(({ type }) => type !== "ReservationClosed");

/** A reservation together with the stock items that it touches: one read, one transaction. */
const store = (productIds: readonly ProductId[]): Store<Holding, ReservationEvent> => ({
  async load(orderId) {
    const keys = [keyOf(orderId), ...productIds.map(stockKey)];
    const read = await readTogether(Resource.InventoryTable.name, keys);
    const shelf = shelfOf(productIds, read);
    const { data } = ReservationRow.parse({ Item: read(keyOf(orderId)) });
    if (!data) return { state: { ...rules.initial, shelf }, version: 0 };
    const { version, orderId: _, ...reservation } = data;
    return { state: { reservation, shelf }, version };
  },

  async save({ id, state: { reservation, shelf }, events, version: from }) {
    const place = { source: "inventory", type: "reservation", id, from };
    // Another buyer of one of the products, or the sweeper, may be faster: then it is decided again.
    await saveTogether(id, [
      rowWrite(id, reservation, from, from + events.length),
      ...stockWrites(events, shelf),
      ...outboxRows(Resource.InventoryOutbox.name, publishedOf(events), place),
    ]);
  },
});

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

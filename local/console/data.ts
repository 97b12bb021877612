import { entityReader } from "../data/entity-of.ts";
import { nameOfRow, rowsOf, rowsThatKnow } from "../data/kept-rows.ts";
import { type OrderData, orderData } from "../data/order-rows.ts";
import { thingsOf } from "../lens/things.ts";
import { Refused } from "./answers.ts";
import { ofType } from "./map-things.ts";
import { orderIsGone } from "./orders.ts";
import { numberIn, type Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

/** An order's rows, with how it is called. */
export type ToldData = OrderData & { short: string; status: string; sentence: string };

/** A table that can be looked into. */
export type TableLine = { id: string; name: string; context: string; rows: number };

/** Rows of a table. */
export type TableRows = {
  id: string;
  rows: { raw: Record<string, unknown>; entity: string; order?: string }[];
  /** Rows that were gone through, and whether the table has more. */
  looked: number;
  more: boolean;
};

/** So many rows are answered at once, and gone through for a text. */
const USUAL = 100;
const MOST = 500;
const MOST_LOOKED_AT = 20_000;

const ORDER = /(?:ord|pay)_([0-9A-HJKMNP-TV-Z]{26})/;

/** What the tables have: of one order at each step, and of a whole table. Nothing of it is a read in the books. */
export const dataRoutes = ({ shop, trace, lens, look }: Sight): Routes => {
  const things = thingsOf(shop.graph);
  const tables = ofType(shop.graph, "Table").map(({ outputs, inputs }) => ({
    physical: String(outputs.name ?? inputs.name),
    id: things(outputs.name)?.id ?? String(outputs.name),
    context: things(outputs.name)?.context ?? "",
  }));
  const nameOf = (id: string) => tables.find((one) => one.id === id)?.physical ?? id;
  const place = (physical: string) => {
    const found = tables.find((one) => one.physical === physical);
    return found && { table: found.id, context: found.context };
  };
  const tableNamed = (id = "") => {
    const found = tables.find((one) => one.id.toLowerCase() === id.toLowerCase());
    if (!found) throw new Refused(404, `There is no table ${id.slice(0, 60)}.`);
    return found;
  };

  return {
    async "GET data/:order"({ parts: [orderId = ""] }): Promise<ToldData> {
      const isId = /^ord_[0-9A-Z]{26}$/.test(orderId);
      const entries = isId ? lens.entries(orderId).filter(({ kind }) => kind === "item") : [];
      const names = new Set(entries.map(({ table, key }) => nameOfRow(String(table), key)));
      const kept = isId ? rowsThatKnow(shop, orderId, names) : undefined;
      if (!kept || (kept.present.length === 0 && entries.length === 0))
        throw lens.wasUndone(orderId)
          ? orderIsGone
          : new Refused(404, `No table has a row of the order ${orderId.slice(0, 40)}.`);
      const present = kept.present.flatMap(({ table, item }) => {
        const where = place(table);
        return where ? [{ ...where, item }] : [];
      });
      const data = orderData({
        orderId,
        entries,
        present,
        now: (table, key) => kept.named.get(nameOfRow(table, key)),
        place,
        who: (entry) => {
          const call = trace.get(entry.cause ?? 0);
          if (entry.expired) return "time to live";
          return call ? (lens.summary(call).who ?? "somebody") : "somebody";
        },
        entityOf: await entityReader(nameOf),
        first: trace.first,
      });
      const { short, status, sentence } = lens.story(orderId) ?? {
        short: orderId,
        status: "",
        sentence: "The trace has nothing of it any more; its rows are here.",
      };
      return { ...data, short, status, sentence };
    },
    async "GET tables"(): Promise<{ tables: TableLine[] }> {
      const lines = tables.map(async ({ id, context, physical }) => {
        const { Table } = await look("dynamodb", "DescribeTable", { TableName: physical });
        return { id, name: physical, context, rows: Table.ItemCount as number };
      });
      return { tables: await Promise.all(lines) };
    },
    async "GET tables/:id"({ parts: [name], query }): Promise<TableRows> {
      const { id, physical } = tableNamed(name);
      const find = (query.get("find") ?? "").trim().toLowerCase().slice(0, 200);
      const limit = Math.max(1, numberIn(query, "limit", { usual: USUAL, most: MOST }));
      const entityOf = await entityReader(nameOf);
      const found: TableRows = { id, rows: [], looked: 0, more: false };
      for (const row of rowsOf(shop, physical)) {
        if (found.rows.length === limit || found.looked === MOST_LOOKED_AT) {
          found.more = true;
          break;
        }
        found.looked += 1;
        const raw = Object.fromEntries(
          Object.entries(row).map(([key, value]) => [
            key,
            value instanceof Set ? [...value].sort() : value,
          ]),
        );
        const text = JSON.stringify(raw);
        if (find && !text.toLowerCase().includes(find)) continue;
        const ulid = ORDER.exec(text)?.[1];
        found.rows.push({
          raw,
          entity: entityOf(id, raw).name,
          ...(ulid && { order: `ord_${ulid}` }),
        });
      }
      return found;
    },
  };
};

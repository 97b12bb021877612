import { Resource } from "sst";
import type { Plain } from "./canonical.ts";

/** A row as the code knows it: its attributes without what only keys, indexes and libraries need. */
export type Entity = {
  /** "order", "event OrderPlaced". */
  name: string;
  /** Who makes it of the row, and the file where that is written. */
  by: "ElectroDB" | "the code";
  file?: string;
  attributes: Plain;
};

type Parses = (row: Plain) => { data: unknown };
const orderRows = "services/orders/src/adapters/order-row.ts";
const stockRows = "services/inventory/src/adapters/rows.ts";

let parsers: Promise<Map<string, { parse: Parses; file: string }>> | undefined;

/** The services' own entities. Their tables' names come from links, which the functions have and this process has not. */
const entities = (nameOf: (table: string) => string) => {
  const load = async () => {
    for (const table of ["OrdersTable", "InventoryTable"])
      Object.assign(Resource, { [table]: { name: nameOf(table) } });
    const [{ OrderRow }, { ProductRow, StockRow, ReservationRow }] = await Promise.all([
      import("../../services/orders/src/adapters/order-row.ts"),
      import("../../services/inventory/src/adapters/rows.ts"),
    ]);
    const parsing =
      (entity: { parse: (given: { Item: Plain }) => { data: unknown } }): Parses =>
      (Item) =>
        entity.parse({ Item });
    return new Map([
      ["order", { parse: parsing(OrderRow), file: orderRows }],
      ["product", { parse: parsing(ProductRow), file: stockRows }],
      ["stock", { parse: parsing(StockRow), file: stockRows }],
      ["reservation", { parse: parsing(ReservationRow), file: stockRows }],
    ]);
  };
  parsers ??= load();
  return parsers;
};

/** Attributes that are there for keys, indexes and ElectroDB alone. */
const KEYS = /^(pk|sk|gsi\d+(pk|sk)|__edb_[ev]__)$/;

const withoutKeys = (row: Plain): Plain =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !KEYS.test(name)));

const parsed = (text: unknown): unknown => {
  try {
    return JSON.parse(String(text));
  } catch {
    return text;
  }
};

type Known = {
  table: RegExp;
  pk?: RegExp;
  sk?: RegExp;
  file: string;
  of: (row: Plain) => Plain;
  name: (row: Plain) => string;
};

const core = "packages/core/src";
const readSide = "services/read-side/src/adapters";
const provider = "services/payment-provider/src/adapters";

/** Rows that are written without ElectroDB, by table and key. */
const known: Known[] = [
  {
    ...{ table: /Outbox$/, file: `${core}/outbox.ts` },
    name: ({ envelope }) =>
      `event ${String((envelope as Plain | undefined)?.type ?? "unknown").split(".")[1] ?? "unknown"}`,
    of: ({ envelope, ...row }) => (envelope as Plain | undefined) ?? withoutKeys(row),
  },
  {
    ...{ table: /^OrdersTable$/, pk: /^IDEMPOTENCY#/, file: `${core}/idempotency.ts` },
    name: () => "idempotency record",
    of: ({ answer, ...row }) => ({ ...withoutKeys(row), answer: parsed(answer) }),
  },
  {
    ...{ table: /^PaymentsTable$/, sk: /^EVENT#/, file: `${core}/event-store.ts` },
    name: ({ type }) => `payment event ${type}`,
    of: withoutKeys,
  },
  {
    ...{ table: /^NotificationsTable$/, sk: /^MESSAGES$/ },
    file: "services/notifications/src/adapters/messages.ts",
    name: () => "messages",
    of: withoutKeys,
  },
  {
    ...{ table: /^ProviderTable$/, sk: /^PAYMENT$/, file: `${provider}/payments.ts` },
    name: () => "the provider's payment",
    of: withoutKeys,
  },
  {
    ...{ table: /^ProviderTable$/, pk: /^LEDGER$/, file: `${provider}/ledger.ts` },
    name: () => "the provider's posting",
    of: withoutKeys,
  },
  {
    ...{ table: /^ReadTable$/, sk: /^ORDER$/, file: `${readSide}/project-order.ts` },
    name: () => "order view",
    of: withoutKeys,
  },
  {
    ...{ table: /^ReadTable$/, sk: /^NEEDS_ATTENTION$/, file: `${readSide}/attention-list.ts` },
    name: () => "place on the list of those that need attention",
    of: withoutKeys,
  },
  {
    ...{ table: /^ReadTable$/, pk: /^SALES#/, file: `${readSide}/sales.ts` },
    name: () => "sale line",
    of: withoutKeys,
  },
  {
    ...{ table: /^ReadTable$/, pk: /^CATALOGUE$/, file: `${readSide}/product-views.ts` },
    name: () => "product view",
    of: withoutKeys,
  },
];

/** What the code makes of rows. `nameOf` tells a table's name on the stage. */
export const entityReader = async (nameOf: (table: string) => string) => {
  const electro = await entities(nameOf);
  return (table: string, row: Plain): Entity => {
    const entity = electro.get(String(row.__edb_e__));
    if (entity) {
      const { data } = entity.parse(row);
      const name = String(row.__edb_e__);
      if (data) return { name, by: "ElectroDB", file: entity.file, attributes: data as Plain };
    }
    const found = known.find(
      (one) =>
        one.table.test(table) &&
        (one.pk ?? /./).test(String(row.pk)) &&
        (one.sk ?? /./).test(String(row.sk)),
    );
    if (!found) return { name: "row", by: "the code", attributes: withoutKeys(row) };
    return { name: found.name(row), by: "the code", file: found.file, attributes: found.of(row) };
  };
};

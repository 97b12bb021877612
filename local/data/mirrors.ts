import { orderViewEvents } from "../../services/read-side/src/domain/order-view.ts";
import { productViewEvents } from "../../services/read-side/src/domain/product-view.ts";
import { saleLineOf, salesEvents } from "../../services/read-side/src/domain/sales.ts";
import type { Plain } from "./canonical.ts";
import type { Entity } from "./entity-of.ts";

const typesOf = (events: readonly { type: string }[]) => new Set(events.map(({ type }) => type));
const [ofOrders, ofProducts, ofSales] = [orderViewEvents, productViewEvents, salesEvents].map(
  typesOf,
);

const productsIn = (data: unknown): string[] => {
  const { productId, lines = [] } = (data ?? {}) as {
    productId?: string;
    lines?: { productId: string }[];
  };
  return [...(productId ? [productId] : []), ...lines.map((line) => line.productId)];
};

/** The rows of read models that are made of a row: by its event, or by the event that was written beside it. */
export const mirrorsOf = (
  table: string,
  orderId: string,
  { raw, entity }: { raw: Plain; entity: Entity },
): string[] => {
  const view = `ReadTable ${orderId} ORDER`;
  const product = (id: unknown) => `ReadTable CATALOGUE ${id}`;
  if (/Outbox$/.test(table)) {
    const envelope = entity.attributes as { type?: string; data?: unknown };
    const type = String(envelope.type);
    const line = ofSales?.has(type) ? saleLineOf(envelope as never) : undefined;
    return [
      ...(ofOrders?.has(type) ? [view] : []),
      ...(ofProducts?.has(type) ? productsIn(envelope.data).map(product) : []),
      ...(line ? [`ReadTable SALES#${line.day} ${line.id}`] : []),
    ];
  }
  if (entity.name === "stock" || entity.name === "product")
    return [product(entity.attributes.productId)];
  if (entity.name === "order" || entity.name === "reservation") return [view];
  if (table === "PaymentsTable" && String(raw.pk).startsWith("pay_")) return [view];
  return [];
};

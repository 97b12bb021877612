import type { NewShop } from "../1-events/new-shop.ts";
import type { Database } from "../monolith/database.ts";
import { allProducts, type Offer } from "../monolith/products.ts";
import { ownerOf } from "./stock.ts";

/** What is on offer, with what there is of it: in the monolith's own table, or on the new shop's page of products. */
export const offersOf =
  ({ reader }: Database, { api }: NewShop) =>
  async (): Promise<Offer[]> => {
    const offers = allProducts(reader);
    if (ownerOf(reader) === "monolith") return offers;
    const answer = await api("/products?limit=100");
    if (!answer.ok) throw new Error(`The new shop's products were answered with ${answer.status}`);
    const { items } = (await answer.json()) as { items: Offer[] };
    const there = new Map(items.map(({ productId, available }) => [productId, available]));
    return offers.map((offer) => ({ ...offer, available: there.get(offer.productId) ?? 0 }));
  };

import { Hono } from "hono";
import * as z from "zod";
import { type Database, openDatabase } from "./database.ts";
import { type Order, ordersOf } from "./orders.ts";
import { type Asked, placeOrder } from "./place-order.ts";
import { allProducts, type Offer, takeFromShelf } from "./products.ts";
import { type Around, type Parts, Refused, type Wanted } from "./shop.ts";

/** The monolith, running. */
export type Monolith = {
  database: Database;
  /** Sends it a request. */
  request: (path: string, init?: RequestInit) => Promise<Response>;
  /** What it does between requests: whoever runs it calls this again and again. */
  work: () => Promise<void>;
  close: () => void;
};

/** How requests are answered. */
export type Answers = {
  products: () => Promise<Offer[]>;
  list: (who: Omit<Asked, "request">, request: Request) => Promise<unknown[]>;
  place: (asked: Asked, wanted: Wanted, request: Request) => Promise<Response | object>;
};

const NewOrder = z.object({
  lines: z
    .array(z.object({ productId: z.string(), quantity: z.int().min(1).max(100) }))
    .min(1)
    .refine((lines) => new Set(lines.map(({ productId }) => productId)).size === lines.length),
  paymentToken: z.string().min(1),
});

/** An order as customers read it. */
export const shown = ({ orderId, lines, total, placedAt }: Order) => ({
  ...{ orderId, status: "CONFIRMED", lines, total, placedAt },
});

/** The monolith's HTTP app. */
export const appOf = (
  { signedIn }: Around,
  { products, list, place }: Answers,
): Monolith["request"] => {
  const app = new Hono()
    .get("/products", async (c) => c.json({ items: await products() }))
    .get("/orders", async (c) => {
      const who = signedIn(c.req.raw);
      if (!who) return c.json({ detail: "Sign in, please." }, 401);
      return c.json({ items: await list(who, c.req.raw) });
    })
    .post("/orders", async (c) => {
      const who = signedIn(c.req.raw);
      if (!who) return c.json({ detail: "Sign in, please." }, 401);
      const request = c.req.header("idempotency-key");
      if (!request) return c.json({ detail: "An order needs an Idempotency-Key." }, 400);
      const wanted = NewOrder.safeParse(await c.req.json().catch(() => undefined));
      if (!wanted.success) return c.json({ detail: "That is no order." }, 422);
      const answer = await place({ ...who, request }, wanted.data, c.req.raw);
      return answer instanceof Response ? answer : c.json(answer, 201);
    })
    .onError((error, c) => {
      if (error instanceof Refused) return c.json({ detail: error.message }, error.status);
      return c.json({ detail: "Something broke on our side." }, 500);
    });
  return async (path, init) => app.request(path, init);
};

/** What the monolith does before the first step. */
export const atFirst = ({ sendMail }: Around): Parts => ({
  take: (sql, { lines }) => takeFromShelf(sql, lines),
  inside: () => {},
  after: async (order, email) => {
    const subject = `Your order ${order.orderId} is confirmed`;
    await sendMail(email, subject, "Thank you. We are packing it.", order);
  },
  undo: async () => {},
});

/** How the monolith answers before the first step. */
export const answersOf = (around: Around, database: Database, parts: Parts): Answers => ({
  products: async () => allProducts(database.reader),
  list: async ({ customerId }) => ordersOf(database.reader, customerId).map(shown),
  place: async (asked, wanted) => shown(await placeOrder(around, database, parts, asked, wanted)),
});

/** Opens the monolith as it was before the first step. */
export const open = (around: Around): Monolith => {
  const database = openDatabase(around.file);
  return {
    database,
    request: appOf(around, answersOf(around, database, atFirst(around))),
    work: async () => {},
    close: database.close,
  };
};

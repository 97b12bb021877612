import { authenticated } from "@petstore/core/auth";
import { answers, documented, refuses } from "@petstore/core/documented";
import { handle } from "@petstore/core/handle";
import { api, valid } from "@petstore/core/http";
import { problem } from "@petstore/core/problem";
import { OrderId, ProductId } from "@petstore/events/ids";
import { Resource } from "sst";
import * as z from "zod";
import { listNeeding, listViews, readOrder } from "../adapters/order-views.ts";
import { findProduct, listProducts } from "../adapters/product-views.ts";
import { reportOf } from "../adapters/sales.ts";
import * as Answer from "../domain/answers.ts";
import openapi from "../openapi.json" with { type: "json" };

const signedIn = authenticated(Resource.Issuer);
const admin = authenticated(Resource.Issuer, { role: "admin" });
const odd = { 422: "Not a query that we can answer" };
const usual = { 401: "No valid token", ...odd };

/** The query side's HTTP API: it reads views, and what the views have not seen yet. */
export const app = api()
  .get(
    "/orders",
    documented({
      operationId: "listOrders",
      summary:
        "Your orders, newest first; for admins also another customer's, or all that need attention",
      responses: {
        200: answers("A page of orders", Answer.page(Answer.OrderToLookAt)),
        ...refuses({ ...usual, 403: "What is asked for is for admins" }),
      },
    }),
    signedIn,
    valid("query", Answer.OrdersQuery),
    async (c) => {
      const { limit, cursor, status, customerId } = c.req.valid("query");
      const { customerId: own, roles } = c.var.principal;
      if ((status || customerId) && !roles.includes("admin"))
        return problem(c, 403, { code: "Forbidden", detail: "Your role does not allow this." });
      if (status) return c.json(await listNeeding(limit, cursor));
      return c.json(await listViews(customerId ?? own, limit, cursor));
    },
  )
  .get(
    "/orders/:orderId",
    documented({
      operationId: "getOrder",
      summary: "One of your orders",
      description:
        "With `version`, as a command answered it, the answer is of that version of the order or a later one. What was paid and the timeline may follow a moment later.",
      responses: {
        200: answers("The order", Answer.Order),
        ...refuses({ ...usual, 404: "No such order of yours, or no such version of it yet" }),
      },
    }),
    signedIn,
    valid("param", z.object({ orderId: OrderId.schema })),
    valid("query", Answer.OrderQuery),
    async (c) => {
      const [{ orderId }, { version }] = [c.req.valid("param"), c.req.valid("query")];
      const order = await readOrder(orderId, c.var.principal.customerId, version);
      return order.ok ? c.json(order.value) : problem(c, 404, order.refusal);
    },
  )
  .get(
    "/products",
    documented({
      operationId: "listProducts",
      summary: "What is on offer",
      responses: {
        200: answers("A page of products", Answer.page(Answer.OfferedProduct)),
        ...refuses(odd),
      },
    }),
    valid("query", Answer.ProductsQuery),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      return c.json(await listProducts(limit, cursor));
    },
  )
  .get(
    "/products/:productId",
    documented({
      operationId: "getProduct",
      summary: "One product",
      responses: {
        200: answers("The product", Answer.OfferedProduct),
        ...refuses({ ...odd, 404: "No such product" }),
      },
    }),
    valid("param", z.object({ productId: ProductId })),
    async (c) => {
      const product = await findProduct(c.req.valid("param").productId);
      if (product) return c.json(product);
      return problem(c, 404, { code: "NoSuchProduct", detail: "There is no such product." });
    },
  )
  .get(
    "/reports/daily-sales",
    documented({
      operationId: "dailySales",
      summary: "A day's sales (UTC), today's by default",
      responses: {
        200: answers("The day's sales, by currency", Answer.Sales),
        ...refuses({ ...usual, 403: "For admins" }),
      },
    }),
    admin,
    valid("query", Answer.SalesQuery),
    async (c) => {
      const { date = new Date().toISOString().slice(0, 10) } = c.req.valid("query");
      return c.json(await reportOf(date));
    },
  )
  .get("/openapi.json", (c) => c.json(openapi));

export const handler = handle(app);

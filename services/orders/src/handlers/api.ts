import { authenticated } from "@petstore/core/auth";
import { answers, documented, refuses } from "@petstore/core/documented";
import { api, valid } from "@petstore/core/http";
import { fingerprint } from "@petstore/core/idempotency";
import { idempotencyKey } from "@petstore/core/idempotency-key";
import { problem } from "@petstore/core/problem";
import { type CustomerId, OrderId } from "@petstore/events/ids";
import { handle } from "hono/aws-lambda";
import { Resource } from "sst";
import * as z from "zod";
import { cancelOrder } from "../adapters/cancel-order.ts";
import { decideOrder } from "../adapters/decide-order.ts";
import { placeOrder } from "../adapters/place-order.ts";
import { Accepted, Decision, NewOrder } from "../domain/requests.ts";

const STATUS = {
  UnknownProduct: 422,
  IdempotencyKeyReused: 422,
  IdempotencyKeyExpired: 409,
  RequestInProgress: 409,
  NoSuchOrder: 404,
} as Record<string, 404 | 409 | 422>;

const path = valid("param", z.object({ orderId: OrderId.schema }));
const customer = authenticated(Resource.Issuer);
const admin = authenticated(Resource.Issuer, { role: "admin" });
const decided = (operationId: string, summary: string, description: string) =>
  documented({
    operationId,
    summary,
    description,
    responses: {
      202: answers("How it stands; a repeat is answered alike.", Accepted),
      ...refuses({
        401: "No valid token",
        403: "For admins",
        404: "No such order",
        409: "It needs no attention",
        415: "Not JSON",
        422: "No reason, or too long a one",
      }),
    },
  });

/** The command side's HTTP API. Queries are answered by the read side. */
export const app = api()
  .post(
    "/orders",
    documented({
      operationId: "placeOrder",
      summary: "Place an order",
      responses: {
        202: answers("The order is on its way; follow Location.", Accepted),
        ...refuses({
          400: "Malformed, or no Idempotency-Key",
          401: "No valid token",
          409: "The first request with this key is not finished, or too long ago",
          413: "More than 64 KB",
          415: "Not JSON",
          422: "Not an order that we can take",
        }),
      },
    }),
    customer,
    idempotencyKey,
    valid("json", NewOrder),
    async (c) => {
      const [body, { principal, idempotencyKey: key }] = [c.req.valid("json"), c.var];
      const attempt = { principal: principal.customerId, key, request: fingerprint(body) };
      const result = await placeOrder(attempt, body);
      if (!result.ok) {
        if (result.refusal.code === "RequestInProgress") c.header("retry-after", "1");
        return problem(c, STATUS[result.refusal.code] ?? 409, result.refusal);
      }
      return c.json(result.value, 202, { location: `/orders/${result.value.orderId}` });
    },
  )
  .post(
    "/orders/:orderId/cancel",
    documented({
      operationId: "cancelOrder",
      summary: "Cancel an order, at any stage",
      responses: {
        202: answers("The order is off, or its money and goods are on their way back.", Accepted),
        ...refuses({ 401: "No valid token", 404: "No such order of yours", 409: "Too late" }),
      },
    }),
    customer,
    path,
    async (c) => {
      const { orderId } = c.req.valid("param");
      const result = await cancelOrder(orderId, c.var.principal.customerId);
      if (!result.ok) return problem(c, STATUS[result.refusal.code] ?? 409, result.refusal);
      return c.json(result.value, 202, { location: `/orders/${orderId}` });
    },
  )
  .post(
    "/orders/:orderId/resume",
    decided(
      "resumeOrder",
      "Let an order that needs attention go on from where it was",
      "Its saga begins a new run; what was done before is not done again.",
    ),
    admin,
    path,
    valid("json", Decision),
    async (c) => {
      const { orderId } = c.req.valid("param");
      const who = { by: c.var.principal.customerId as CustomerId, ...c.req.valid("json") };
      const result = await decideOrder(orderId, "resume", who);
      if (!result.ok) return problem(c, STATUS[result.refusal.code] ?? 409, result.refusal);
      return c.json(result.value, 202);
    },
  )
  .post(
    "/orders/:orderId/close",
    decided(
      "closeOrder",
      "Cancel an order that needs attention",
      "Whatever was taken is given back: money and stock. The customer reads the reason.",
    ),
    admin,
    path,
    valid("json", Decision),
    async (c) => {
      const { orderId } = c.req.valid("param");
      const who = { by: c.var.principal.customerId as CustomerId, ...c.req.valid("json") };
      const result = await decideOrder(orderId, "close", who);
      if (!result.ok) return problem(c, STATUS[result.refusal.code] ?? 409, result.refusal);
      return c.json(result.value, 202);
    },
  );

export const handler = handle(app);

import { authenticated } from "@petstore/core/auth";
import { answers, documented, refuses } from "@petstore/core/documented";
import { essence } from "@petstore/core/essence";
import { handle } from "@petstore/core/handle";
import { api, valid } from "@petstore/core/http";
import { fingerprint } from "@petstore/core/idempotency";
import { idempotencyKey } from "@petstore/core/idempotency-key";
import { OrderId } from "@petstore/events/ids";
import { Resource } from "sst";
import * as z from "zod";
import { attentionRoutes } from "../adapters/attention-routes.ts";
import { cancelOrder } from "../adapters/cancel-order.ts";
import { placeOrder } from "../adapters/place-order.ts";
import { refused } from "../adapters/refused.ts";
import { Accepted, NewOrder } from "../domain/requests.ts";

const path = valid("param", z.object({ orderId: OrderId.schema }));
const customer = authenticated(Resource.Issuer);
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
      const attempt = {
        principal: principal.customerId,
        key,
        request: fingerprint(essence(NewOrder, body)),
      };
      const result = await placeOrder(attempt, body);
      if (!result.ok) return refused(c, result.refusal);
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
        ...refuses({
          401: "No valid token",
          404: "No such order of yours",
          409: "Too late",
          422: "Not an order's id",
        }),
      },
    }),
    customer,
    path,
    async (c) => {
      const { orderId } = c.req.valid("param");
      const result = await cancelOrder(orderId, c.var.principal.customerId);
      if (!result.ok) return refused(c, result.refusal);
      return c.json(result.value, 202, { location: `/orders/${orderId}` });
    },
  )
  .route("/", attentionRoutes);

export const handler = handle(app);

import { authenticated } from "@petstore/core/auth";
import { answers, documented, refuses } from "@petstore/core/documented";
import { type Env, valid } from "@petstore/core/http";
import { type CustomerId, OrderId } from "@petstore/events/ids";
import { Hono } from "hono";
import { Resource } from "sst";
import * as z from "zod";
import { Accepted, Decision } from "../domain/requests.ts";
import { decideOrder } from "./decide-order.ts";
import { refused } from "./refused.ts";

const decisions = {
  resume: [
    "Let an order that needs attention go on from where it was",
    "Its saga begins a new run; what was done before is not done again.",
  ],
  close: [
    "Cancel an order that needs attention",
    "Whatever was taken is given back: money and stock. The customer reads the reason.",
  ],
} as const;

/** What an administrator may do with an order that needs attention. */
export const attentionRoutes = new Hono<Env>();

for (const decision of ["resume", "close"] as const) {
  const [summary, description] = decisions[decision];
  attentionRoutes.post(
    `/orders/:orderId/${decision}`,
    documented({
      operationId: `${decision}Order`,
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
    }),
    authenticated(Resource.Issuer, { role: "admin" }),
    valid("param", z.object({ orderId: OrderId.schema })),
    valid("json", Decision),
    async (c) => {
      const { orderId } = c.req.valid("param");
      const who = { by: c.var.principal.customerId as CustomerId, ...c.req.valid("json") };
      const result = await decideOrder(orderId, decision, who);
      if (!result.ok) return refused(c, result.refusal);
      return c.json(result.value, 202);
    },
  );
}

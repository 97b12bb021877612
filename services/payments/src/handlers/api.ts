import { authenticated } from "@petstore/core/auth";
import { answers, documented, refuses } from "@petstore/core/documented";
import { handle } from "@petstore/core/handle";
import { api, valid } from "@petstore/core/http";
import { idempotencyKey } from "@petstore/core/idempotency-key";
import { problem, refusedWith } from "@petstore/core/problem";
import { OutcomeUnknown } from "@petstore/core/saga-step";
import { type CustomerId, OrderId, paymentOf } from "@petstore/events/ids";
import { Resource } from "sst";
import * as z from "zod";
import { recordRefund } from "../adapters/record-refund.ts";
import { NewRefund, RecordedRefund } from "../domain/requests.ts";

const refused = refusedWith({ UnknownPayment: 404 });

/** The payments' HTTP API, for administrators. */
export const app = api().post(
  "/payments/:orderId/refunds",
  documented({
    operationId: "recordRefund",
    summary: "Write down a refund that was made by hand, elsewhere",
    description:
      "Moves no money: it tells our books of money that went back by other ways than the provider. An order that needs attention for it can then be resumed or closed.",
    responses: {
      201: answers("It is in the books.", RecordedRefund),
      ...refuses({
        400: "Malformed, or no Idempotency-Key",
        401: "No valid token",
        403: "For admins",
        404: "No payment for such an order",
        409: "More would go back than was taken and is still ours",
        415: "Not JSON",
        422: "No amount or reason, or a key that was used for another refund",
        503: "The provider could not be asked whether it refunded it itself",
      }),
    },
  }),
  authenticated(Resource.Issuer, { role: "admin" }),
  idempotencyKey,
  valid("param", z.object({ orderId: OrderId.schema })),
  valid("json", NewRefund),
  async (c) => {
    const [{ orderId }, refund] = [c.req.valid("param"), c.req.valid("json")];
    const by = c.var.principal.customerId as CustomerId;
    try {
      const result = await recordRefund(paymentOf(orderId), `${by}#${c.var.idempotencyKey}`, {
        ...refund,
        by,
      });
      if (!result.ok) return refused(c, result.refusal);
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error;
      c.header("retry-after", "60");
      const detail = "The provider does not say whether it refunded this itself; try again later.";
      return problem(c, 503, { code: "ProviderSilent", detail });
    }
    return c.json({ orderId, ...refund } satisfies z.infer<typeof RecordedRefund>, 201);
  },
);

export const handler = handle(app);

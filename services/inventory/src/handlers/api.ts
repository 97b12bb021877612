import { authenticated, type Principal } from "@petstore/core/auth";
import { answers, documented, refuses } from "@petstore/core/documented";
import { essence } from "@petstore/core/essence";
import { handle } from "@petstore/core/handle";
import { api, valid } from "@petstore/core/http";
import { type Attempt, fingerprint } from "@petstore/core/idempotency";
import { idempotencyKey } from "@petstore/core/idempotency-key";
import { refusedWith } from "@petstore/core/problem";
import { Resource } from "sst";
import { adjustStock, receiveStock } from "../adapters/deliveries.ts";
import { Adjustment, NewAdjustment, NewReceipt, Receipt } from "../domain/requests.ts";

const refused = refusedWith({ UnknownProduct: 422, TooMuchStock: 422 });

const refusals = refuses({
  400: "Malformed, or no Idempotency-Key",
  401: "No valid token",
  403: "Not an administrator",
  409: "Not with this stock, or a key that is too old",
  413: "More than 64 KB",
  415: "Not JSON",
  422: "Not a request that we can take",
});

const attemptOf = (
  who: { principal: Principal; idempotencyKey: string },
  asked: object,
): Attempt => ({
  principal: who.principal.customerId,
  key: who.idempotencyKey,
  request: fingerprint(asked),
});

/** The warehouse's HTTP API, for administrators. */
export const app = api()
  .use(authenticated(Resource.Issuer, { role: "admin" }))
  .post(
    "/stock/receipts",
    documented({
      operationId: "receiveStock",
      summary: "Take in a delivery",
      responses: { 201: answers("It is on the shelf.", Receipt), ...refusals },
    }),
    idempotencyKey,
    valid("json", NewReceipt),
    async (c) => {
      const body = c.req.valid("json");
      const result = await receiveStock(
        attemptOf(c.var, { receipt: essence(NewReceipt, body) }),
        body,
      );
      if (!result.ok) return refused(c, result.refusal);
      return c.json(Receipt.parse(result.value), 201);
    },
  )
  .post(
    "/stock/adjustments",
    documented({
      operationId: "adjustStock",
      summary: "Correct the books after a count",
      responses: { 201: answers("The books are right again.", Adjustment), ...refusals },
    }),
    idempotencyKey,
    valid("json", NewAdjustment),
    async (c) => {
      const body = c.req.valid("json");
      const result = await adjustStock(
        attemptOf(c.var, { adjustment: essence(NewAdjustment, body) }),
        body,
      );
      if (!result.ok) return refused(c, result.refusal);
      return c.json(Adjustment.parse(result.value), 201);
    },
  );

export const handler = handle(app);

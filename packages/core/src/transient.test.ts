import { describe, expect, it } from "vitest";
import * as z from "zod";
import { newTrace } from "./context.ts";
import { ok } from "./result.ts";
import { sagaStep } from "./saga-step.ts";
import { VersionConflict } from "./store.ts";
import { Throttled, WriteConflict } from "./transact.ts";
import { isTransient } from "./transient.ts";

const sdk = (name: string, httpStatusCode = 400, rest: object = {}) =>
  Object.assign(new Error("no"), { name, $metadata: { httpStatusCode }, ...rest });
const network = (code: string) => Object.assign(new Error("no"), { code });

const passing: Error[] = [
  ...["ThrottlingException", "ProvisionedThroughputExceededException"].map((name) => sdk(name)),
  ...["RequestLimitExceeded", "TransactionInProgressException"].map((name) => sdk(name)),
  sdk("TransactionConflictException"),
  sdk("TooManyRequestsException", 429),
  sdk("InternalServerError", 500),
  sdk("ServiceUnavailable", 503),
  sdk("TimeoutError", 0),
  ...["ECONNRESET", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN"].map(network),
  new VersionConflict("ord_1 is no longer at version 2"),
  new WriteConflict("no"),
  new Throttled("no"),
  new Error("Error thrown by DynamoDB client", { cause: sdk("ThrottlingException") }),
];
const lasting = [
  new TypeError("x is not a function"),
  sdk("ValidationException"),
  sdk("AccessDeniedException"),
  sdk("ConditionalCheckFailedException"),
  new Error("The provider cannot authorise pay_1"),
  "a text",
  undefined,
];

describe("what passes by itself", () => {
  it.each(passing.map((error) => [error.name, error]))("is told by its name (%s)", (_, error) =>
    expect(isTransient(error)).toBe(true),
  );

  it.each(lasting.map((error) => [String(error), error]))("is not a defect (%s)", (_, error) =>
    expect(isTransient(error)).toBe(false),
  );

  it("has one name for a saga, whatever it was, and says what it was; a defect keeps its own", async () => {
    let error: unknown;
    const step = sagaStep(z.object({}), () =>
      error ? Promise.reject(error) : Promise.resolve(ok(1)),
    );
    const input = { trace: newTrace("req_1") };
    expect(await step(input)).toBe(1);
    error = sdk("ThrottlingException");
    await expect(step(input)).rejects.toMatchObject({
      name: "Transient",
      message: "ThrottlingException: no",
      cause: error,
    });
    error = new TypeError("x is not a function");
    await expect(step(input)).rejects.toBe(error);
  });
});

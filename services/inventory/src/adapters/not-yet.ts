import type { Refusal, Result } from "@petstore/core/result";

/** Refused for now. To the saga it is a failure, so that it asks again. */
export class NotYet extends Error {
  override name = "NotYet";
}

const PASSING = new Set(["SoldOut", "NotYetSold"]);

/** The result itself, unless it is a refusal that may pass: throws NotYet then. */
export const forGood = <Value, No extends Refusal>(result: Result<Value, No>) => {
  if (!result.ok && PASSING.has(result.refusal.code))
    throw new NotYet(`${result.refusal.code}: ${result.refusal.detail}`);
  return result;
};

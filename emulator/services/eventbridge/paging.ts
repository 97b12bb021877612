import { AwsError } from "../../kernel/engine.ts";
import { pageOf } from "../../kernel/paging.ts";

const validation = (message: string) => new AwsError("ValidationException", message);

/** A page of a list, as the Limit and NextToken of a call want it. */
export const paged = <T>(all: readonly T[], input: { Limit?: number; NextToken?: string }) => {
  const { Limit = 100, NextToken } = input;
  if (!Number.isInteger(Limit) || Limit < 1 || Limit > 100)
    throw validation(
      `1 validation error detected: Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value ${Limit < 1 ? "greater than or equal to 1" : "less than or equal to 100"}`,
    );
  const { page, next } = pageOf(all, Limit, NextToken, () =>
    validation("Parameter NextToken is not valid."),
  );
  return { page, ...(next && { NextToken: next }) };
};

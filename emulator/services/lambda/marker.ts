import { AwsError } from "../../kernel/engine.ts";
import { pageOf } from "../../kernel/paging.ts";

/** A page of a list, as MaxItems and Marker of a call want it: `most` at most. */
export const marked = <T>(
  all: readonly T[],
  { MaxItems = 10_000, Marker }: { MaxItems?: number; Marker?: string },
  most: number,
) => {
  if (!(MaxItems >= 1 && MaxItems <= 10_000))
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${MaxItems}' at 'maxItems' failed to satisfy constraint: Member must have value ${MaxItems < 1 ? "greater than or equal to 1" : "less than or equal to 10000"}`,
    );
  const { page, next } = pageOf(
    all,
    Math.min(MaxItems, most),
    Marker,
    () => new AwsError("InvalidParameterValueException", "Marker is not valid."),
  );
  return { page, ...(next && { NextMarker: next }) };
};

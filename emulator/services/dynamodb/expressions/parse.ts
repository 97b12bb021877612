import type { Values } from "../conditions.ts";
import { conditionOf } from "./conditions.ts";
import { keyConditionOf } from "./key-conditions.ts";
import { checkSize, checkSomething } from "./limits.ts";
import { type Expressions, expressionMembers, type WithExpressions } from "./members.ts";
import { nestedIn } from "./paths.ts";
import { placeholdersOf } from "./placeholders.ts";
import { projectionOf } from "./projections.ts";
import { updateOf } from "./updates.ts";

/**
 * What the expressions of a request say; its values are checked and in normal form. In time and in depth linear in
 * the length of the expressions. Throws AWS's ValidationException.
 */
export const parse = (request: WithExpressions, values: Values): Expressions => {
  for (const member of expressionMembers) checkSize(member, request[member] ?? "");
  const given = request.ExpressionAttributeValues && values;
  const placeholders = placeholdersOf(request.ExpressionAttributeNames, given);
  const read = <T>(
    member: (typeof expressionMembers)[number],
    reader: (text: string) => T,
  ): T | undefined => {
    const text = request[member];
    if (text === undefined) return undefined;
    checkSomething(member, text);
    return reader(text);
  };
  const condition = (member: (typeof expressionMembers)[number]) =>
    read(member, (text) => conditionOf(member, text, placeholders));

  const update = read("UpdateExpression", (text) => updateOf(text, placeholders));
  const allowed = condition("ConditionExpression");
  const key = condition("KeyConditionExpression");
  const filter = condition("FilterExpression");
  const projection = read("ProjectionExpression", (text) => projectionOf(text, placeholders));
  placeholders.checkUsed();

  const nested = [
    update?.nested,
    allowed?.nested,
    filter?.nested,
    projection && nestedIn(projection),
  ];
  return {
    nested: [...new Set(nested.flatMap((heads) => [...(heads ?? [])]))],
    ...(update && { update: update.update }),
    ...(allowed && { condition: allowed.condition }),
    ...(key && { key: keyConditionOf(key.condition) }),
    ...(filter && { filter: filter.condition, filterHeads: [...filter.heads] }),
    ...(projection && { projection }),
  };
};

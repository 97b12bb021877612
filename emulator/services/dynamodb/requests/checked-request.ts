import { notEmulated } from "../../../kernel/engine.ts";
import { checkConstraints } from "./constraints.ts";
import { itemRequests } from "./items.ts";
import { type Members, text } from "./members.ts";
import { quickCheck } from "./quick.ts";
import { streamRequests } from "./streams.ts";
import { tableRequests } from "./tables.ts";
import { transactionRequests } from "./transactions.ts";
import { withTypes } from "./types.ts";

const requests: Record<string, Members> = {
  ...tableRequests,
  ...itemRequests,
  ...transactionRequests,
  ...streamRequests,
};

const wellFormed = Object.fromEntries(
  Object.entries(requests).map(([operation, members]) => [operation, quickCheck(members)]),
);

/** Members of AWS's requests that are known and not emulated; others are ignored, as AWS does. */
const refused: Record<string, string[]> = {
  CreateTable: ["OnDemandThroughput", "WarmThroughput", "ResourcePolicy", "GlobalTableSourceArn"],
  UpdateTable: ["OnDemandThroughput", "WarmThroughput", "ReplicaUpdates", "MultiRegionConsistency"],
};

const refuse = (operation: string, input: Record<string, unknown>) => {
  for (const name of refused[operation] ?? [])
    if (input[name] !== undefined && input[name] !== null)
      throw notEmulated("dynamodb", `the parameter ${name} of ${operation}`);
};

/** The name of a table that is given by its ARN, or its name. */
export const plainName = (nameOrArn: string) =>
  nameOrArn.startsWith("arn:") ? nameOrArn.replace(/^.*:table\//, "") : nameOrArn;

const withPlainName = (request: Record<string, unknown>) => {
  const { TableName } = request;
  return typeof TableName === "string" && TableName.startsWith("arn:")
    ? { ...request, TableName: plainName(TableName) }
    : request;
};

const emptyName: Members = { TableName: text({ notNull: true, shortest: 1 }) };

/**
 * The request when its members are of the right types and within AWS's limits. Nearly every request is: it passes
 * the quick test. Any other is read again the slow way, which knows AWS's messages.
 */
export const checkedRequest = <T>(operation: string, input: unknown): T => {
  const request = withPlainName((input ?? {}) as Record<string, unknown>);
  refuse(operation, request);
  if (wellFormed[operation]?.(request)) return request as T;
  const members = requests[operation] ?? {};
  const typed = withTypes(request, members);
  // An empty name is too short, and that is all that AWS says of it.
  const isNameless = request.TableName === "" && members.TableName !== undefined;
  checkConstraints(typed, isNameless ? { ...members, ...emptyName } : members);
  return typed as T;
};

import type { Call } from "emulator/kernel/engine";
import type { Shop } from "../shop.ts";

/** What something cost, in the units that AWS bills or throttles. */
export type Counts = {
  /** Calls that write to a table on the command side: orders, inventory, payments; the relays' deletions apart. */
  commandWrites: number;
  /** Write request units of all contexts. */
  writeUnits: number;
  /** Calls that read a table, in all contexts. */
  reads: number;
  readUnits: number;
  /** Entries of PutEvents. */
  events: number;
  /** State transitions of the sagas. */
  transitions: number;
  /** Requests to SQS. */
  sqs: number;
  /** Function invocations. */
  invocations: number;
  /** All AWS calls that functions made, DynamoDB's among them. */
  calls: number;
};

const WRITES = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];
const READS = ["GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"];
const COMMAND_TABLES = /(Orders|Inventory|Payments)(Table|Outbox)/;

const isWrite = ({ service, operation }: Call) =>
  service === "dynamodb" && WRITES.includes(operation);
const isRead = ({ service, operation }: Call) =>
  service === "dynamodb" && READS.includes(operation);

/** The sandbox payment provider is another company in life, and sweepers cost by the hour, not by the order. */
const NOT_COUNTED = /Provider|DeliverWebhook|Sweep|ReportDailySales/;
export const isCounted = (name: string): boolean =>
  name.endsWith("Function") && !NOT_COUNTED.test(name);

const zero: Counts = {
  commandWrites: 0,
  writeUnits: 0,
  reads: 0,
  readUnits: 0,
  events: 0,
  transitions: 0,
  sqs: 0,
  invocations: 0,
  calls: 0,
};

/** No cost at all, to count up from. */
export const noCost = (): Counts => ({ ...zero });

/** What a call counts for, its units apart. */
export const countsOf = (call: Call): Partial<Counts> => {
  const { caller, service, operation, input } = call;
  const sqs = service === "sqs" && !NOT_COUNTED.test(`${caller.name} ${JSON.stringify(input)}`);
  const relays = caller.name.includes("RelayOutbox");
  return {
    ...(sqs && { sqs: 1 }),
    ...(isCounted(caller.name) && {
      calls: 1,
      ...(isRead(call) && { reads: 1 }),
      ...(isWrite(call) &&
        !relays &&
        COMMAND_TABLES.test(JSON.stringify(input)) && { commandWrites: 1 }),
      ...(service === "events" && operation === "PutEvents" && { events: input.Entries.length }),
    }),
  };
};

/** Adds to counts, each so many times. */
export const addCounts = (to: Counts, more: Partial<Counts>, times = 1): void => {
  for (const [name, value] of Object.entries(more)) to[name as keyof Counts] += value * times;
};

/** Counts what functions do from now on. Answers how to read the counts. */
export const countFrom = (local: Shop): (() => Counts) => {
  const counts = noCost();
  local.cloud.guard((call, next) => {
    addCounts(counts, countsOf(call));
    return next(call);
  });
  local.cloud.observe((fact) => {
    if (fact.kind === "states.transition" || fact.kind === "states.retry") counts.transitions += 1;
    if (fact.kind === "invocation-started" && isCounted(String(fact.function)))
      counts.invocations += 1;
    if (fact.kind === "dynamodb.units" && isCounted((fact.caller as Call["caller"]).name)) {
      counts.writeUnits += Number(fact.writeUnits ?? 0);
      counts.readUnits += Number(fact.readUnits ?? 0);
    }
  });
  return () => ({ ...counts });
};

/** The difference of two counts, per order. */
export const perOrder = (before: Counts, after: Counts, orders: number): Counts =>
  Object.fromEntries(
    Object.entries(after).map(([name, value]) => [
      name,
      (value - before[name as keyof Counts]) / orders,
    ]),
  ) as Counts;

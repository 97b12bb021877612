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
const isCounted = (name: string) => name.endsWith("Function") && !NOT_COUNTED.test(name);

/** Counts what functions do from now on. Answers how to read the counts. */
export const countFrom = (local: Shop): (() => Counts) => {
  const counts: Counts = {
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
  local.cloud.guard((call, next) => {
    const { caller, service, operation, input } = call;
    if (service === "sqs" && !NOT_COUNTED.test(`${caller.name} ${JSON.stringify(input)}`))
      counts.sqs += 1;
    if (isCounted(caller.name)) {
      counts.calls += 1;
      if (isRead(call)) counts.reads += 1;
      const relays = caller.name.includes("RelayOutbox");
      if (isWrite(call) && !relays && COMMAND_TABLES.test(JSON.stringify(input)))
        counts.commandWrites += 1;
      if (service === "events" && operation === "PutEvents") counts.events += input.Entries.length;
    }
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

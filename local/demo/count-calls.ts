import type { Call } from "emulator/kernel/engine";
import type { Shop } from "../shop.ts";

/** What an order took of AWS. */
export type Toll = { calls: number; events: number };

// Without word boundaries, and in any case: keys of tables embed ids, and some in lower case.
const ORDER = /(?:ord|pay)_([0-9A-HJKMNP-TV-Z]{26})/gi;

/** The provider is another company in life; looking is the demo's own curiosity; sweepers cost by the hour. */
const NOT_COUNTED = /Provider|DeliverWebhook|ReadSideApi|FindOrder|Sweep|ReportDailySales/;
/** Event source mappings call under the role of their function. */
const POLLING =
  /^(GetShardIterator|GetRecords|ReceiveMessage|DeleteMessage|ChangeMessageVisibility)/;
const isCounted = ({ caller, operation }: Call) =>
  caller.name.endsWith("Function") && !NOT_COUNTED.test(caller.name) && !POLLING.test(operation);

const ordersIn = (value: unknown): Set<string> =>
  new Set(
    [...(JSON.stringify(value) ?? "").matchAll(ORDER)].map(([, id]) => `ord_${id?.toUpperCase()}`),
  );

/**
 * Counts, from now on, the AWS calls of the shop's functions, and the published events, for each order that they
 * name. A call that names several orders counts for each of them; one that names none only in the total.
 */
export const countCalls = (local: Shop): { of: (orderId?: string) => Toll; total: () => Toll } => {
  const tolls = new Map<string, { calls: number; events: Set<string> }>();
  const total = { calls: 0, events: new Set<string>() };
  const tollOf = (orderId: string) => {
    const known = tolls.get(orderId) ?? { calls: 0, events: new Set<string>() };
    tolls.set(orderId, known);
    return known;
  };
  local.cloud.guard((call, next) => {
    if (isCounted(call)) {
      total.calls += 1;
      for (const orderId of ordersIn(call.input)) tollOf(orderId).calls += 1;
      if (call.operation === "PutEvents")
        for (const { Detail } of call.input.Entries) {
          const { id } = JSON.parse(Detail);
          total.events.add(id);
          for (const orderId of ordersIn(Detail)) tollOf(orderId).events.add(id);
        }
    }
    return next(call);
  });
  const read = (toll = { calls: 0, events: new Set<string>() }): Toll => ({
    calls: toll.calls,
    events: toll.events.size,
  });
  return { of: (orderId = "") => read(tolls.get(orderId)), total: () => read(total) };
};

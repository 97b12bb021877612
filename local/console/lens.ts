import type { Entry } from "emulator/kernel/trace";
import { indexOrders } from "../lens/order-index.ts";
import { orderList, orderStory } from "../lens/orders.ts";
import { shownEntry } from "../lens/shown-entry.ts";
import { type Summary, summaryOf } from "../lens/summary-of.ts";
import { thingsOf } from "../lens/things.ts";
import type { Shop } from "../shop.ts";

type Handed = { Entries?: { EventBusName?: string }[] };

/** Where a call of several parts goes. */
const handedTo = (input: unknown): string | undefined =>
  (input as Handed | undefined)?.Entries?.[0]?.EventBusName;

/** The lens in front of a trace: lines of entries, the orders that they belong to, the story of an order. */
export const lensOn = (shop: Shop) => {
  const {
    graph,
    cloud: { trace },
  } = shop;
  const things = thingsOf(graph);
  const index = indexOrders(trace);
  const bus = graph.resources.find(({ type }) => type.endsWith(":EventBus"))?.outputs.name;
  const busId = things(bus)?.id;

  const mail = graph.resources.find(({ type }) => type.endsWith(":EmailIdentity"))?.name;
  const mailOf = ({ service }: Entry) =>
    service === "ses" ? mail?.replace(/Identity$/, "") : undefined;
  /** The invocation that an entry was caused in. */
  const invokerOf = (entry: Entry): Entry | undefined => {
    for (let at = trace.get(entry.cause ?? 0), i = 0; at && i < 20; i++) {
      if (at.kind === "invocation-started") return at;
      at = trace.get(at.cause ?? 0);
    }
    return undefined;
  };

  const tell = (entry: Entry, orders?: ReadonlySet<string>): Summary => {
    const line = summaryOf(entry, things, orders);
    if (entry.kind === "call") line.to ??= things(handedTo(entry.input))?.id ?? mailOf(entry);
    if (entry.kind === "url.request") line.who ??= things(invokerOf(entry)?.function)?.id;
    // Whatever the bus delivers comes from it.
    if (line.who === undefined && busId && /^events\.(delivered|retry|failed)$/.test(entry.kind))
      line.who = busId;
    return line;
  };
  const summary = (entry: Entry): Summary => tell(entry, index.of(entry.seq));

  return {
    isUndone: index.isUndone,
    wasUndone: index.wasUndone,
    summary,
    /** An entry in a line, whosever it is: to know that, all that passed is read. */
    way: (entry: Entry): Summary => tell(entry),
    orderOf(seq: number): string | undefined {
      const [order, another] = index.of(seq);
      return another === undefined ? order : undefined;
    },
    /** Grows whenever an order has another entry. */
    sizeOf: index.size,
    /** All entries of an order that the trace still has, in their order. */
    entries: index.entries,
    shown: (seq: number) => shownEntry(shop, index, seq, summary),
    orders: orderList(shop, index),
    story: (orderId: string) => orderStory(shop, index, orderId),
  };
};

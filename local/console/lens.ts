import { indexOrders } from "../lens/order-index.ts";
import { shownEntry } from "../lens/shown-entry.ts";
import { storyOf } from "../lens/story-of.ts";
import { summaryOf } from "../lens/summary-of.ts";
import { thingsOf } from "../lens/things.ts";
import type { Shop } from "../shop.ts";
import type { Entry, Line, TraceSource } from "./seen.ts";

type LensEntry = Parameters<typeof summaryOf>[0];

type Handed = { Entries?: { EventBusName?: string }[] };

/** Where a call of several parts goes. */
const handedTo = (input: unknown): string | undefined =>
  (input as Handed | undefined)?.Entries?.[0]?.EventBusName;

/** The lens in front of a trace: lines of entries, the orders that they belong to, the story of an order. */
export const lensOn = ({ graph, cloud: { clock } }: Shop, trace: TraceSource) => {
  const things = thingsOf(graph);
  const index = indexOrders(trace as never);
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

  return {
    stop: index.stop,
    summary(entry: Entry): Line {
      const line: Line = summaryOf(entry as LensEntry, things, index.of(entry.seq));
      if (entry.kind === "call") line.to ??= things(handedTo(entry.input))?.id ?? mailOf(entry);
      if (entry.kind === "url.request") line.who ??= things(invokerOf(entry)?.function)?.id;
      // Whatever the bus delivers comes from it.
      if (line.who === undefined && busId && /^events\.(delivered|retry|failed)$/.test(entry.kind))
        line.who = busId;
      return line;
    },
    orderOf(seq: number): string | undefined {
      const [order, another] = index.of(seq);
      return another === undefined ? order : undefined;
    },
    detailOf(entry: Entry): object {
      const shown = shownEntry({ graph, cloud: { trace: trace as never } }, index, entry.seq);
      if (!shown) return {};
      const { entry: _, because: __, therefore: ___, ...more } = shown;
      return more;
    },
    orders: index.orders,
    size: index.size,
    story: (orderId: string) => {
      const entries = index.entries(orderId);
      if (entries.length === 0) return undefined;
      const ordersOf = ({ seq }: { seq: number }) => index.of(seq).size;
      return storyOf(entries, orderId, { things, now: clock.now(), ordersOf });
    },
  };
};

import type { Envelope } from "@petstore/core/event";
import {
  CLOSED_BY_SHOP,
  FulfilmentFailed,
  OrderCancelled,
  OrderNeedsAttention,
  OrderResumed,
} from "@petstore/events/orders";
import type { OrderViewEvent } from "./order-view.ts";

/** The name of the list of orders that need attention. */
export const ATTENTION = "NEEDS_ATTENTION";

/** Why an order needs attention: the step that failed, how, and when it said so. */
type Attention = { step: string; cause: string; since: string };

/** What an event says about the list: the order belongs there, does not any more, or nothing. */
export const listingOf = ({
  type,
  data,
}: Envelope<OrderViewEvent>): "needs attention" | "needs none" | undefined => {
  if (type === OrderNeedsAttention.type) return "needs attention";
  const isClosed = type === OrderCancelled.type && data.reason?.code === CLOSED_BY_SHOP;
  return type === OrderResumed.type || isClosed ? "needs none" : undefined;
};

/** What an event leaves in the order's row for those who look after it, under a name of its own. */
export const attentionOf = ({ type, data, time, aggregate }: Envelope<OrderViewEvent>) => {
  if (type === OrderNeedsAttention.type) {
    const { step, cause } = data;
    return { [`attention_${aggregate.version}`]: { step, cause, since: time } };
  }
  if (type === FulfilmentFailed.type && data.by) return { [`closing_${aggregate.version}`]: time };
  return {};
};

type Row = Record<string, unknown>;

const newest = <Value>(row: Row, name: "attention" | "closing") =>
  Object.entries(row).reduce<{ version: number; value?: Value }>(
    (best, [key, value]) => {
      const [kind, version] = key.split("_");
      if (kind !== name || Number(version) <= best.version) return best;
      return { version: Number(version), value: value as Value };
    },
    { version: 0 },
  );

/** What failed last, since when, and what an administrator may do: nothing more where somebody is closing it already. */
export const needsOf = (row: Row) => {
  const { version, value } = newest<Attention>(row, "attention");
  if (!value) return undefined;
  const isClosing = newest(row, "closing").version > version;
  return { ...value, mayDo: isClosing ? [] : (["resume", "close"] as const) };
};

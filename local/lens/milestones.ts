import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Entry } from "./entry.ts";

/** Something that happened to an order for good: its event was written to an outbox, with the change that it tells of. */
export type Milestone = {
  seq: number;
  at: number;
  eventId: string;
  /** "OrderPlaced": the event's name, without owner and version. */
  name: string;
  /** Of which order it is, where it names one. */
  orderId?: string;
  // biome-ignore lint/suspicious/noExplicitAny: as many shapes as there are events; each is read by its name
  data: any;
  /** When it was deleted from its outbox, which is after it was published. */
  relayedAt?: number;
};

type Row = Parameters<typeof unmarshall>[0];

/** An attribute map as plain values; undefined where there is none. */
export const plainItem = (row: unknown): Record<string, unknown> | undefined =>
  row ? unmarshall(row as Row, { wrapNumbers: (text) => Number(text) }) : undefined;

const isOutbox = ({ kind, table }: Entry) => kind === "item" && /Outbox/.test(String(table));

/** The milestones among entries that stand in their order. */
export const milestonesOf = (entries: readonly Entry[]): Milestone[] => {
  const found = new Map<string, Milestone>();
  for (const entry of entries) {
    if (!isOutbox(entry)) continue;
    const key = `${entry.table} ${JSON.stringify(entry.key)}`;
    if (entry.after && !entry.before) {
      // biome-ignore lint/suspicious/noExplicitAny: who else writes into the table, nobody knows
      const envelope = plainItem(entry.after)?.envelope as any;
      if (typeof envelope?.type !== "string") continue;
      found.set(key, {
        seq: entry.seq,
        at: entry.at,
        eventId: String(envelope.id),
        name: envelope.type.split(".")[1] ?? envelope.type,
        data: envelope.data ?? {},
        ...(envelope.data?.orderId && { orderId: envelope.data.orderId }),
      });
    } else if (entry.before && !entry.after) {
      const milestone = found.get(key);
      if (milestone) milestone.relayedAt = entry.at;
    }
  }
  return [...found.values()].sort((a, b) => a.seq - b.seq);
};

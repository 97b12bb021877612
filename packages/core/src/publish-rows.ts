import { backOff } from "./back-off.ts";
import { BUS_BATCH, publish } from "./bus.ts";
import { describeError, log } from "./log.ts";
import { isOutboxRow, type OutboxRow } from "./outbox.ts";
import { park } from "./park.ts";
import { hasTime, type TimeLeft } from "./time-left.ts";
import { deleteTogether } from "./together.ts";

/** An outbox and its surroundings: the bus for what it holds, and a queue for what is no event. */
export type Outbox = { bus: string; table: string; failures: string };

const ATTEMPTS = 5;
const PAUSE = { first: 50, most: 1000 };

/** The rows that are events, in their order. Another row never will be one: it is parked, out of the others' way. */
export const readRows = async <Row extends OutboxRow>(
  { table, failures }: Outbox,
  rows: readonly Row[],
): Promise<Row[]> => {
  for (const row of rows.filter((one) => !isOutboxRow(one))) {
    await park(failures, JSON.stringify(row), `A row of ${table} that is no event`);
    await deleteTogether(table, [row]);
  }
  return rows.filter(isOutboxRow);
};

/** The next rows to publish: of each aggregate its oldest, unless the aggregate is held up. */
const nextOf = <Row extends OutboxRow>(left: Iterable<Row>, held: ReadonlySet<string>): Row[] => {
  const next = new Map<string, Row>();
  for (const row of left) {
    if (next.size === BUS_BATCH) break;
    if (!held.has(row.pk) && !next.has(row.pk)) next.set(row.pk, row);
  }
  return [...next.values()];
};

/** Publishes these rows, and deletes and answers those that the bus took. */
const tell = async <Row extends OutboxRow>({ bus, table }: Outbox, rows: readonly Row[]) => {
  const refused = await publish(
    bus,
    rows.map(({ envelope }) => envelope),
  );
  if (refused.size > 0) log("outbox: refused by the bus", { codes: [...refused.values()] });
  const taken = rows.filter((_, i) => !refused.has(i));
  // A row that stays although its event went out is only published again: consumers skip what they have seen.
  await deleteTogether(table, taken);
  return taken;
};

/**
 * Publishes outbox rows and deletes each that the bus took. One that it refuses is offered again, a few times, and holds up
 * what follows of its own aggregate only: each aggregate's events go out in their order. Answers the rows that are left, in
 * their order: refused, behind one that was, or not come to, for a call failed or the time was over.
 */
export const publishRows = async <Row extends OutboxRow>(
  outbox: Outbox,
  rows: readonly Row[],
  time: TimeLeft,
): Promise<Row[]> => {
  const left = new Set(rows);
  try {
    for (let attempt = 1; left.size > 0 && hasTime(time); attempt++) {
      const held = new Set<string>();
      let next = nextOf(left, held);
      while (next.length > 0 && hasTime(time)) {
        const taken = await tell(outbox, next);
        for (const row of taken) left.delete(row);
        for (const row of next) if (left.has(row)) held.add(row.pk);
        next = nextOf(left, held);
      }
      if (held.size === 0 || attempt === ATTEMPTS) break;
      await backOff(attempt, PAUSE);
    }
  } catch (error) {
    log("outbox: not published", describeError(error));
  }
  return [...left];
};

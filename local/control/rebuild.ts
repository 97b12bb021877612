import type { Look } from "../console/look.ts";
import { messagesKept } from "../console/peek.ts";
import { type Differing, differing, type Plain, type Said, saidBy } from "../data/canonical.ts";
import { rowsOf } from "../data/kept-rows.ts";
import { keyOf, type View } from "../data/views.ts";
import type { Shop } from "../shop.ts";
import { refuse } from "./told.ts";

/** How far a clock that is wrong may be ahead, in milliseconds. */
const AHEAD = 10 * 60_000;

/** So many rows of a view are looked at; a larger one is not rebuilt here. */
const MOST_ROWS = 100_000;
/** So many rows that differ are told. */
const MOST_TOLD = 20;
const LOOK_EVERY_MS = 250;
const BATCH = 25;

/** How a read model is made anew, and what came of it. */
export type Rebuild = {
  view: string;
  state: "emptying" | "replaying" | "applying" | "rebuilt" | "cancelled" | "failed";
  /** Why it failed. */
  why?: string;
  replay?: string;
  /** When it began, how far it is and when it was over, in milliseconds on the shop's clock. */
  began: number;
  now: number;
  ended?: number;
  /** Archived events that the replay has gone through, of how many. */
  events: { done: number; of: number };
  /** Events of the replay that wait to be applied, and those among dead letters. */
  waiting: number;
  dead: number;
  before: { hash: string; rows: number };
  after?: { hash: string; rows: number };
  /** Rows that say something else than before: the first of them, and how many there are. */
  differing: Differing[];
  differ: number;
  /** Events that the archive took meanwhile: rows may differ because of them. */
  meanwhile: number;
};

type Job = { told: Rebuild; over: Promise<Rebuild> };

/** The read models that are made anew. */
export type Rebuilds = {
  list: () => Rebuild[];
  /** What a view says now. */
  said: (view: View) => Said;
  /** Empties a view and replays the archive to its rule. `over` ends when all events are applied. Refuses while it runs. */
  start: (view: View) => Promise<{ over: Promise<Rebuild> }>;
  cancel: (view: View) => Promise<Rebuild>;
  /** Forgets what was not begun before the time that it is now: time was put back. */
  turned: () => void;
  /** What StartReplay is given for a view. */
  replayOf: (view: View) => Replay;
};

type Replay = ReturnType<typeof replayInput>;

const replayInput = ({ graph, cloud: { clock } }: Shop, { id, rule }: View) => {
  const outputs = (test: (one: { name: string; type: string }) => boolean) =>
    graph.resources.find(test)?.outputs;
  return {
    ReplayName: `rebuild-${id}-${Math.floor(clock.now())}`,
    EventSourceArn: String(outputs(({ type }) => type.endsWith(":EventArchive"))?.arn),
    EventStartTime: 0,
    // A publisher's clock may have been ahead: its events bear a time that is still to come.
    EventEndTime: (clock.now() + AHEAD) / 1000,
    Destination: {
      Arn: String(outputs(({ type }) => type.endsWith(":EventBus"))?.arn),
      FilterArns: [String(outputs(({ name }) => name === rule)?.arn)],
    },
  };
};

/** Whether a rebuild is over. */
export const isOver = ({ state }: Rebuild) => /rebuilt|cancelled|failed/.test(state);

const brief = ({ hash, rows }: Said) => ({ hash, rows: rows.size });

/** Makes read models of a shop anew. `quiet` looks at it past every gate. */
export const createRebuilds = (shop: Shop, quiet: { call: Look }): Rebuilds => {
  const { clock, trace, keeper } = shop.cloud;
  const look = quiet.call;
  const jobs = new Map<string, Job>();

  const physical = (queue: string) =>
    String(shop.graph.resources.find(({ name }) => name === `${queue}Queue`)?.outputs.name);
  const rowsIn = ({ table, holds }: View): Plain[] => {
    const rows: Plain[] = [];
    for (const row of rowsOf(shop, shop.nameOf(table))) {
      if (holds(row)) rows.push(row);
      if (rows.length > MOST_ROWS)
        refuse(`The view has more than ${MOST_ROWS} rows: too many to be compared here.`);
    }
    return rows;
  };
  const said = (view: View) =>
    saidBy(rowsIn(view).map((row) => [keyOf(row), view.says(row)] as const));

  const empty = async (view: View) => {
    const TableName = shop.nameOf(view.table);
    const keys = rowsIn(view).map(({ pk, sk }) => ({
      DeleteRequest: { Key: { pk: { S: String(pk) }, sk: { S: String(sk) } } },
    }));
    for (let at = 0; at < keys.length; at += BATCH) {
      let batch: object[] = keys.slice(at, at + BATCH);
      while (batch.length > 0) {
        const { UnprocessedItems } = await shop.call("dynamodb", "BatchWriteItem", {
          RequestItems: { [TableName]: batch },
        });
        batch = UnprocessedItems?.[TableName] ?? [];
      }
    }
  };

  type Kept = { state: string; reason?: string; next: number; end: number };
  const replayNamed = (name: string) => keeper.parts.get("events.replays")?.get(name) as Kept;
  /** Events of a replay that wait to be applied: in the queue, and where the bus tries to deliver again. */
  const left = ({ queue }: View, replay: string) => {
    const mark = `"replay-name":"${replay}"`;
    const kept = messagesKept({ shop });
    const within = (name: string) =>
      (kept.get(physical(name)) ?? []).filter(({ body }) => body.includes(mark)).length;
    const trying = keeper.parts.get("events.deliveries");
    let waiting = within(queue);
    for (const key of trying?.keys() ?? [])
      if (JSON.stringify(trying?.get(key)).includes(replay)) waiting += 1;
    return { waiting, dead: within(`${queue}Dlq`) };
  };
  const archived = async (): Promise<number> =>
    (await look("events", "ListArchives")).Archives[0]?.EventCount ?? 0;

  /** Ends with the work, or as soon as time is put back, for then nothing of it has happened. */
  const unlessRewound = <T>(work: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const deaf = trace.hear(({ kind, what }) => {
        if (kind !== "clock" || !/rewound|reset/.test(String(what))) return;
        deaf();
        reject(new Error("Time was put back: what is there now was there then."));
      });
      work.finally(deaf).then(resolve, reject);
    });

  const run = async (view: View, told: Rebuild, before: Said): Promise<void> => {
    const epoch = trace.epoch;
    const goesOn = () => epoch === trace.epoch;
    await empty(view);
    const input = replayInput(shop, view);
    const count = await archived();
    await shop.call("events", "StartReplay", input);
    const name = input.ReplayName;
    const first = replayNamed(name).next;
    Object.assign(told, { replay: name, state: "replaying" });
    for (let kept = replayNamed(name); goesOn(); kept = replayNamed(name)) {
      told.events = { done: kept.next - first, of: kept.end - first };
      Object.assign(told, left(view, name));
      if (kept.state === "FAILED") throw new Error(kept.reason ?? "The replay failed.");
      const isReplayed = /COMPLETED|CANCELLED/.test(kept.state);
      if (kept.state === "COMPLETED") told.events.done = told.events.of;
      if (isReplayed && told.waiting === 0) break;
      told.state = isReplayed ? "applying" : "replaying";
      await new Promise<void>((resolve) => {
        clock.after(LOOK_EVERY_MS, "look at a rebuild", resolve);
      });
    }
    if (!goesOn()) return;
    const after = said(view);
    const found = differing(before, after);
    Object.assign(told, {
      state: replayNamed(name).state === "CANCELLED" ? "cancelled" : "rebuilt",
      after: brief(after),
      differing: found.slice(0, MOST_TOLD),
      differ: found.length,
      meanwhile: (await archived()) - count,
    });
  };

  return {
    said,
    replayOf: (view) => replayInput(shop, view),
    list: () => [...jobs.values()].map(({ told }) => ({ ...told, now: clock.now() })),
    turned() {
      for (const [id, { told }] of jobs) if (told.began >= clock.now()) jobs.delete(id);
    },
    async start(view) {
      const running = jobs.get(view.id);
      if (running && !isOver(running.told))
        refuse(`The view of ${view.id} is being rebuilt already: rebuild ${view.id} cancel`);
      const told: Rebuild = {
        ...{ view: view.id, state: "emptying", began: clock.now(), now: clock.now() },
        ...{ events: { done: 0, of: 0 }, waiting: 0, dead: 0, differing: [], differ: 0 },
        ...{ before: { hash: "", rows: 0 }, meanwhile: 0 },
      };
      const work = async () => {
        try {
          const before = said(view);
          told.before = brief(before);
          await unlessRewound(run(view, told, before));
        } catch (error) {
          told.state = "failed";
          told.why = error instanceof Error ? error.message : String(error);
        }
        told.ended = clock.now();
        return told;
      };
      const over = work();
      jobs.set(view.id, { told, over });
      return { over };
    },
    async cancel({ id }) {
      const job = jobs.get(id);
      if (!job || isOver(job.told) || !job.told.replay)
        return refuse(`The view of ${id} is not being rebuilt.`);
      const { state } = replayNamed(job.told.replay);
      if (!/STARTING|RUNNING/.test(state))
        return refuse(
          `The replay is ${state}: what is left is in the queue, and AWS cancels no message.`,
        );
      await shop.call("events", "CancelReplay", { ReplayName: job.told.replay });
      return job.over;
    },
  };
};

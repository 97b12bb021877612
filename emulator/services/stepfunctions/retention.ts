import type { World } from "../../kernel/engine.ts";
import { copyOf, type Execution, type Status } from "./execution.ts";
import type { History } from "./history.ts";
import { HISTORY_ROOM } from "./history-room.ts";

const DAY = 24 * 3600_000;

/** How long AWS knows an execution that has ended. */
const KEPT_FOR = 90 * DAY;

/** How many ended executions are kept whole, with their histories: of those that succeeded, and of the others. */
export const KEPT_WHOLE = 1_000;

/** Why there is no history of an execution that is known. */
export const NOT_KEPT = `the emulator keeps the histories of the newest ${KEPT_WHOLE} executions that succeeded, and of the newest ${KEPT_WHOLE} others, up to ${HISTORY_ROOM.packed} characters`;

/** What is kept of an execution when newer ones have taken its place. Its name and its machine stand in its ARN. */
type Summary = {
  status: Status;
  startDate: number;
  stopDate: number;
  redriveCount?: number;
  redriveDate?: number;
} & Partial<Pick<Execution, "input" | "error" | "cause">>;

const summaryOf = (x: Execution): Summary => ({
  status: x.status,
  startDate: x.startDate,
  stopDate: x.stopDate as number,
  ...(x.redriveDate && { redriveCount: x.redriveCount, redriveDate: x.redriveDate }),
  // Somebody may have to find out what it was about.
  ...(x.status !== "SUCCEEDED" && { input: x.input, error: x.error, cause: x.cause }),
});

/** What a summary was made of, as far as it is known. */
const restored = (arn: string, summary: Summary): Execution => {
  const name = arn.slice(arn.lastIndexOf(":") + 1);
  const machineArn = arn.slice(0, -name.length - 1).replace(":execution:", ":stateMachine:");
  const gone = { roleArn: "", revisionId: undefined, definition: "", input: "" };
  const machineName = machineArn.slice(machineArn.lastIndexOf(":") + 1);
  const nothing = { redriveCount: 0, threads: {}, threadCount: 0, waiters: [] };
  return { ...gone, ...nothing, ...summary, arn, name, machineArn, machineName };
};

/** All executions: those that run, the newest of those that ended, and what is left of the others. */
export type Executions = ReturnType<typeof createExecutions>;

export const createExecutions = ({ clock, keep }: World, history: History) => {
  // What has ended does not change any more, but for a redrive, which puts another in its place.
  const whole = keep.map<Execution>("states.executions", (x) =>
    x.status === "RUNNING" ? copyOf(x) : x,
  );
  const summaries = keep.map<Summary>("states.closed");
  /** For each kind of end the ended ones that are whole, the first to end first. */
  let succeeded = new Set<string>();
  let others = new Set<string>();
  let looked = 0;

  const forget = (arn: string) => {
    whole.delete(arn);
    summaries.delete(arn);
    history.forget(arn);
    succeeded.delete(arn);
    others.delete(arn);
  };

  /** Keeps of the oldest of a kind its summary. */
  const shorten = (kind: Set<string>) => {
    const oldest = kind.values().next().value as string;
    const summary = summaryOf(whole.get(oldest) as Execution);
    forget(oldest);
    summaries.set(oldest, summary);
  };

  const ended = (x: Execution) => {
    const kind = x.status === "SUCCEEDED" ? succeeded : others;
    kind.add(x.arn);
    history.pack(x.arn);
    if (kind.size > KEPT_WHOLE) shorten(kind);
    // The one that has just ended stays, however large.
    while (history.overfull() && succeeded.size + others.size > 1)
      shorten(kind.size > 1 ? kind : kind === others ? succeeded : others);
  };

  /** Forgets what AWS would not know any more, once a day: all that had ended ninety days before the day began. */
  const expire = (now: number) => {
    const today = Math.floor(now / DAY);
    if (today === looked) return;
    looked = today;
    for (const kept of [summaries, whole])
      for (const [arn, { stopDate }] of kept)
        if (stopDate !== undefined && stopDate < today * DAY - KEPT_FOR) forget(arn);
  };

  return {
    /** An execution that runs, or ended and is whole. */
    get: (arn: string) => whole.get(arn),
    /** An execution that is known, be it by its summary. */
    find: (arn: string): Execution | undefined => {
      const summary = summaries.get(arn);
      return summary ? restored(arn, summary) : whole.get(arn);
    },
    isWhole: (arn: string) => whole.has(arn),
    set: (x: Execution) => void whole.set(x.arn, x),
    running: () => [...whole.values()].filter(({ status }) => status === "RUNNING"),
    /** Those of a machine, or those of them with a status, the first to start first. */
    listed(machineArn: string, status?: string): Execution[] {
      const found: Execution[] = [];
      // What is not looked for costs next to nothing: there may be very many.
      const prefix = `${machineArn.replace(":stateMachine:", ":execution:")}:`;
      for (const [arn, summary] of summaries)
        if ((!status || summary.status === status) && arn.startsWith(prefix))
          found.push(restored(arn, summary));
      for (const x of whole.values())
        if (x.machineArn === machineArn && (!status || x.status === status)) found.push(x);
      return found.sort((a, b) => a.startDate - b.startDate);
    },
    /** An execution has ended: the oldest of its kind gives way to it. */
    ended(x: Execution) {
      ended(x);
      expire(clock.now());
    },
    /** An execution runs that had ended. */
    redriven(x: Execution) {
      succeeded.delete(x.arn);
      others.delete(x.arn);
      whole.set(x.arn, x);
    },
    resume() {
      [succeeded, others, looked] = [new Set(), new Set(), 0];
      const over = [...whole.values()].filter(({ status }) => status !== "RUNNING");
      over.sort((a, b) => (a.stopDate ?? 0) - (b.stopDate ?? 0));
      for (const x of over) ended(x);
    },
  };
};

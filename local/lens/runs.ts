import type { Entry } from "./entry.ts";

/** A state that an execution was or is in. */
export type Visit = {
  seq: number;
  state: string;
  type: string;
  begins: number;
  ends?: number;
  /** Attempts after the first, with the moment when each was decided and what had gone wrong. */
  retries: { seq: number; at: number; error: string; next?: number }[];
};

/** An execution of a state machine. */
export type Run = {
  seq: number;
  execution: string;
  machine: string;
  begins: number;
  ends?: number;
  status: string;
  error?: string;
  cause?: string;
  visits: Visit[];
};

const executionOf = (entry: Entry) => String(entry.executionArn ?? entry.execution ?? "");
const text = (value: unknown) => (value === undefined ? undefined : String(value));

/** The executions among entries that stand in their order, in the order in which they began. */
export const runsOf = (entries: readonly Entry[]): Run[] => {
  const runs = new Map<string, Run>();
  const runOf = (entry: Entry): Run => {
    const execution = executionOf(entry);
    const known = runs.get(execution);
    if (known) return known;
    const run: Run = {
      seq: entry.seq,
      execution,
      machine: String(entry.machine ?? execution.split(":").at(-2) ?? ""),
      begins: entry.at,
      status: "RUNNING",
      visits: [],
    };
    runs.set(execution, run);
    return run;
  };
  for (const entry of entries) {
    if (!entry.kind.startsWith("states.") || executionOf(entry) === "") continue;
    const run = runOf(entry);
    const last = run.visits.at(-1);
    if (entry.kind === "states.transition") {
      if (last && last.ends === undefined) last.ends = entry.at;
      const { seq, at, state, type } = entry;
      run.visits.push({ seq, state, type: String(type ?? "Task"), begins: at, retries: [] });
    } else if (entry.kind === "states.retry" && last) {
      const { seq, at, error, delay } = entry;
      const next = typeof delay === "number" ? { next: at + delay } : {};
      last.retries.push({ seq, at, error: String(error ?? ""), ...next });
    } else if (entry.kind === "states.ended") {
      if (last && last.ends === undefined) last.ends = entry.at;
      run.ends = entry.at;
      run.status = String(entry.status ?? "SUCCEEDED");
      const [error, cause] = [text(entry.error), text(entry.causeText ?? entry.reason)];
      if (error !== undefined) run.error = error;
      if (cause !== undefined) run.cause = cause;
    }
  }
  return [...runs.values()];
};

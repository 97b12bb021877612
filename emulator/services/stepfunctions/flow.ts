import type { Execution, Failure, Json, State, Thread } from "./execution.ts";
import type { Scope } from "./queries.ts";

/** How a thread goes from state to state, and what becomes of it when one fails. */
export type Flow = {
  enter: (x: Execution, t: Thread, state: string, input: Json) => void;
  /** Does what the state is for that a thread stands in. */
  act: (x: Execution, t: Thread) => Promise<void> | void;
  leave: (x: Execution, t: Thread, leaving: Leaving) => Promise<void>;
  /** A state has failed: asks its retriers, then its catchers. */
  failed: (x: Execution, t: Thread, failure: Failure, child?: Thread) => Promise<void>;
  /** Nothing has caught it: the branch fails, or the execution. */
  lose: (x: Execution, t: Thread, failure: Failure) => Promise<void>;
  finish: (x: Execution, t: Thread, output: Json) => void;
  /** Ends an execution. Its threads stay as they stood, unless it succeeded: a redrive goes on from there. */
  end: (x: Execution, status: Ending, how: Failure & { output?: string }, after?: number) => void;
};

/** How an execution can end. */
export type Ending = "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** What a state hands on: its own output, or what the fields of the state, a rule or a catcher make of it. */
export type Leaving = {
  output: Json;
  fields: Pick<State, "Output" | "Assign">;
  scope?: Scope;
  at?: string;
  next?: string | undefined;
};

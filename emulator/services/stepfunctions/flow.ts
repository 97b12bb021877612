import type { Execution, Failure, Json, State, Thread } from "./execution.ts";
import type { Scope } from "./queries.ts";

/** How a state is left, and what becomes of it when it fails. */
export type Flow = {
  leave: (x: Execution, t: Thread, leaving: Leaving) => Promise<void>;
  failed: (x: Execution, t: Thread, failure: Failure, child?: Thread) => Promise<void>;
};

/** What a state hands on: its own output, or what the fields of the state, a rule or a catcher make of it. */
export type Leaving = {
  output: Json;
  fields: Pick<State, "Output" | "Assign">;
  scope?: Scope;
  at?: string;
  next?: string | undefined;
};

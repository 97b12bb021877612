import type { Retrier } from "./retry.ts";

/** What JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An error inside a state machine: the name that Retry and Catch match, and its cause. */
export type Failure = {
  error?: string | undefined;
  cause?: string | undefined;
  /** A missed heartbeat is reported as States.Timeout, and can be matched by its own name too. */
  alias?: string;
};

/** A state of a definition that was read and found right. */
export type State = {
  Type: string;
  Output?: unknown;
  Assign?: Record<string, unknown>;
  Retry?: Retrier[];
  // biome-ignore lint/suspicious/noExplicitAny: a definition is validated when it is created, by its own rules
  [field: string]: any;
};

/** A sequence of states: the machine itself, a branch of a Parallel, the processor of a Map. */
export type Workflow = { StartAt: string; States: Record<string, State>; TimeoutSeconds?: number };

type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** One stay in one state, from StateEntered to StateExited, over all its retries. */
export type Visit = {
  state: string;
  input: Json;
  enteredAt: number;
  /** The id of the StateEntered event, and of the event before it. */
  entered: number;
  before: number;
  /** How often each retrier has retried. */
  tries: number[];
  retryCount: number;
  task?: {
    token?: string;
    open: boolean;
    /** Milliseconds from one heartbeat to the next, and when the next is due. */
    heartbeat?: number;
    due?: number;
    /** The execution that the task started and waits for. */
    child?: string;
  };
  children?: {
    items: Json[];
    results: (Json | null)[];
    started: number;
    ended: number;
    failures: number;
    tolerated: number | undefined;
    concurrency: number;
  };
};

/** Where a workflow stands: one thread for the machine, one for each running branch or iteration. */
export type Thread = {
  id: number;
  parent?: { thread: number; index: number };
  /** The way from the machine to this thread's workflow: the states to go into, and the branch in each. */
  path: { state: string; branch: number }[];
  variables: Record<string, Json>;
  item?: { Index: number; Value: Json };
  /** The id of its last history event. */
  last: number;
  /** Counts what has been decided, so that an answer that comes too late finds itself outdated. */
  step: number;
  entering?: { state: string; input: Json };
  visit?: Visit;
};

/** An entry of the history, as GetExecutionHistory answers it. */
type HistoryEvent = {
  timestamp: number;
  type: string;
  id: number;
  previousEventId: number;
} & Record<string, unknown>;

/** One execution, as plain data. */
export type Execution = {
  arn: string;
  name: string;
  machineArn: string;
  machineName: string;
  roleArn: string;
  revisionId: string | undefined;
  /** As it was when the execution started: an update does not reach what is under way. */
  definition: string;
  workflow: Workflow;
  input: string;
  status: Status;
  startDate: number;
  stopDate?: number;
  output?: string;
  error?: string | undefined;
  cause?: string | undefined;
  redriveCount: number;
  redriveDate?: number;
  history: HistoryEvent[];
  threads: Record<number, Thread>;
  threadCount: number;
  /** The task states of other executions that wait for this one to end. */
  waiters: { execution: string; thread: number; step: number }[];
  traceHeader?: string;
};

/** The limit of everything that goes into or comes out of a state, in bytes of UTF-8. */
const DATA_LIMIT = 256 * 1024;

/** Whether a JSON text is over the limit of state data. */
export const tooLarge = (text: string) =>
  text.length > DATA_LIMIT ||
  (text.length * 3 > DATA_LIMIT && Buffer.byteLength(text) > DATA_LIMIT);

/** The workflow that a thread walks. */
export const workflowOf = (execution: Execution, thread: Thread): Workflow => {
  let workflow = execution.workflow;
  for (const { state, branch } of thread.path) {
    const outer = workflow.States[state] as State;
    workflow = outer.Type === "Map" ? outer.ItemProcessor : outer.Branches[branch];
  }
  return workflow;
};

/** The stay of a thread that has arrived in a state. */
export const visitOf = (thread: Thread): Visit => thread.visit as Visit;

/** The state that a thread stands in. */
export const stateOf = (execution: Execution, thread: Thread): State =>
  workflowOf(execution, thread).States[visitOf(thread).state] as State;

/** What $states.errorOutput is of a failure. */
export const errorOutput = ({ error, cause }: Failure): Json => ({
  Error: error ?? "",
  Cause: cause ?? "",
});

/** The variables a thread sees: its own, before those of the scopes around it. */
export const variablesOf = (execution: Execution, thread: Thread): Record<string, Json> => {
  const outer = thread.parent && execution.threads[thread.parent.thread];
  return outer ? { ...variablesOf(execution, outer), ...thread.variables } : thread.variables;
};

/** The threads that run inside a thread's present state. */
export const childrenOf = (execution: Execution, thread: Thread): Thread[] =>
  Object.values(execution.threads).filter((child) => child.parent?.thread === thread.id);

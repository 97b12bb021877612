import { deepestJson } from "../../kernel/nesting.ts";

/** What JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An error inside a state machine: the name that Retry and Catch match, and its cause. */
export type Failure = {
  error?: string | undefined;
  cause?: string | undefined;
  /** A missed heartbeat is reported as States.Timeout, and can be matched by its own name too. */
  alias?: string;
};

/** A retrier of the Amazon States Language. Times in seconds. */
export type Retrier = {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  BackoffRate?: number;
  MaxAttempts?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: "FULL" | "NONE";
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

/** How an execution stands. */
export type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

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
  /** When a Wait is over, or the next attempt begins. */
  due?: number | undefined;
  task?: Task | undefined;
  children?: Children | undefined;
  /** What came of it, once the history has it: what is left to do is to leave the state. */
  outcome?: { result: Json } | { failure: Failure; caught?: number } | undefined;
};

/** What a task state waits for: its call, the answer to its token, or the end of the execution that it started. */
export type Task = {
  token?: string;
  /** Whether the token may be answered. */
  open: boolean;
  /** The id of the event that holds what is called with: from there on the attempt is made, whatever happens. */
  scheduled?: number;
  /** The name of an execution to start, where the state gives none. */
  name?: string;
  timeoutAt?: number;
  /** Milliseconds from one heartbeat to the next, and when the next is due. */
  heartbeat?: number;
  beatDue?: number;
  /** Whether the call is over, and the task waits for what it began. */
  submitted?: boolean;
  /** The execution that the task started and waits for. */
  child?: string;
  answer?: { result: Json } | { failure: Failure };
};

/** How far a Parallel or a Map has come. */
export type Children = {
  count: number;
  /** The items of a Map; of a Parallel, the one input of all branches. */
  items: Json[];
  results: (Json | null)[];
  started: number;
  ended: number;
  failures: number;
  tolerated?: number;
  /** For each child that may start now, the event that it starts after. */
  free: number[];
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
  entering?: { state: string; input: Json } | undefined;
  visit?: Visit | undefined;
};

/** One execution, as plain data. Its history stands beside it: it grows with every step. */
export type Execution = {
  arn: string;
  name: string;
  machineArn: string;
  machineName: string;
  roleArn: string;
  revisionId: string | undefined;
  /** The id of the definition as it was at the start: an update does not reach what is under way. */
  definition: string;
  input: string;
  status: Status;
  startDate: number;
  stopDate?: number;
  output?: string;
  error?: string | undefined;
  cause?: string | undefined;
  redriveCount: number;
  redriveDate?: number;
  /** The token of the request that redrove it last. */
  redriveToken?: string;
  threads: Record<number, Thread>;
  threadCount: number;
  /** The task states of other executions that wait for this one to end. */
  waiters: { execution: string; thread: number }[];
  traceHeader?: string;
};

/** The limit of everything that goes into or comes out of a state, in bytes of UTF-8. */
export const DATA_LIMIT = 256 * 1024;

/** What is said of JSON that nests deeper than AWS reads it. */
export const NESTS_TOO_DEEP = `Document nesting depth exceeds the maximum allowed (${deepestJson})`;

/** Whether a JSON text is over the limit of state data. */
export const tooLarge = (text: string) =>
  text.length > DATA_LIMIT ||
  (text.length * 3 > DATA_LIMIT && Buffer.byteLength(text) > DATA_LIMIT);

const copyOfThread = (thread: Thread): Thread => {
  const { visit } = thread;
  if (!visit) return { ...thread };
  const { tries, task, children } = visit;
  return {
    ...thread,
    visit: {
      ...visit,
      tries: [...tries],
      ...(task && { task: { ...task } }),
      ...(children && {
        children: { ...children, results: [...children.results], free: [...children.free] },
      }),
    },
  };
};

/** An execution that goes on independently of the one that it is a copy of. */
export const copyOf = (execution: Execution): Execution => ({
  ...execution,
  threads: Object.fromEntries(
    Object.entries(execution.threads).map(([id, thread]) => [id, copyOfThread(thread)]),
  ),
});

/** The stay of a thread that has arrived in a state. */
export const visitOf = (thread: Thread): Visit => thread.visit as Visit;

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

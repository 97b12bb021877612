import type { World } from "../../kernel/engine.ts";
import type { Definitions } from "./definitions.ts";
import type { Execution, Failure, Json, State, Task, Thread } from "./execution.ts";
import type { Flow } from "./flow.ts";
import type { History } from "./history.ts";
import type { Evaluate } from "./jsonata/evaluate.ts";
import type { Queries } from "./queries.ts";
import type { Timers } from "./timers.ts";

/** What the interpreter needs of the engine around it. */
export type Surroundings = {
  world: World;
  evaluate: Evaluate;
  history: History;
  definitions: Definitions;
  /** Told whenever something of an execution is another, before or after. */
  changed: (execution: Execution) => void;
  /** Told once, when an execution has ended. */
  ended: (execution: Execution) => void;
  /** Told of an execution that was started by a task which does not wait for it any more. */
  stopChild: (execution: Execution, child: string) => void;
  /** Whether the machine is being deleted, which ends its executions at their next transition. */
  deleted: (execution: Execution) => boolean;
  find: (arn: string) => Execution | undefined;
};

type Doing = Promise<void> | void;
type Of<Rest extends unknown[] = [], Answer = Doing> = (
  x: Execution,
  t: Thread,
  ...rest: Rest
) => Answer;

/** Wait, Fail and Choice states, and the pause before an attempt. */
export type SimpleStates = {
  wait: Of<[s: State]>;
  fail: Of<[s: State]>;
  choose: Of<[s: State]>;
  /** Lets a thread do nothing until its Wait is over, or its next attempt begins. */
  sleep: Of<[due: number], void>;
};

/** Task states. */
export type TaskStates = {
  attempt: Of<[s: State]>;
  /** Goes on with an attempt that was scheduled: a call whose answer is not there is made again. */
  goOn: Of;
  /** Starts the time anew within which the next heartbeat has to come. */
  beat: Of<[], void>;
  /** The answer to what a task waits for. */
  answer: Of<[given: NonNullable<Task["answer"]>], void>;
  /** Gives up what a thread waits for. An execution that it started and waits for is stopped. */
  abandon: Of<[], void>;
  /** An execution has ended that a task waits for, or waited for in an earlier attempt. */
  childExecutionEnded: Of<[child: Execution], void>;
};

/** Parallel and Map states. */
export type NestedStates = {
  /** Starts the threads inside a Parallel or a Map. */
  spread: Of<[s: State]>;
  /** Plans what there is to do beside the children that run. */
  goOn: Of<[], void>;
  /** A branch or an iteration has come to its end. */
  childEnded: Of<[child: Thread, output: Json], void>;
  childFailed: Of<[child: Thread, failure: Failure]>;
  /** Ends the threads inside, and tells the history; `failed` is the one that all fall with. */
  abortChildren: Of<[after: number, failed?: Thread], void>;
  /** Forgets the threads inside. */
  discard: Of<[], void>;
};

/** What the parts of the interpreter need of one another: each is made with it, and calls the others through it. */
export type Context = Surroundings & {
  timers: Timers;
  queries: Queries;
  /** Carries out a thread's task. Where it throws that the state failed, the state's Retry and Catch decide. */
  guarded: Of<[task: () => Doing], Promise<void>>;
  flow: Flow;
  simple: SimpleStates;
  tasks: TaskStates;
  nested: NestedStates;
};

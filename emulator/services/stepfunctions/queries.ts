import { deepestJson, nestsTooDeep } from "../../kernel/nesting.ts";
import {
  type Execution,
  type Failure,
  type Json,
  type Thread,
  tooLarge,
  variablesOf,
  visitOf,
} from "./execution.ts";
import type { History } from "./history.ts";
import { type Evaluate, QueryEvaluationError } from "./jsonata/evaluate.ts";
import type { Timers } from "./timers.ts";

/** Thrown where a thread finds that it was overtaken: by a timeout, a failed sibling, the end of the execution. */
export const overtaken = Symbol("overtaken");

/** Thrown where a state fails; Retry and Catch have not been asked yet. */
export class StateFailed extends Error {
  override name = "StateFailed";
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.error);
    this.failure = failure;
  }
}

/** A text of state data, or the failure of a state whose data is over a limit. */
export const limited = (t: Thread, text: string) => {
  const beyond = (what: string) =>
    new StateFailed({
      error: "States.DataLimitExceeded",
      cause: `The state/task '${visitOf(t).state}' returned a result ${what}.`,
    });
  if (tooLarge(text))
    throw beyond("with a size exceeding the maximum number of bytes service limit");
  // Each level opens and closes: most texts are too short to be looked through.
  if (text.length > 2 * deepestJson && nestsTooDeep(text))
    throw beyond(`that nests deeper than ${deepestJson} levels`);
  return text;
};

/** A moment as Step Functions writes it: without a fraction of a second that is zero. */
const iso = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");

/** The context object. */
const contextOf = (x: Execution, t: Thread) => {
  const v = visitOf(t);
  const item = itemOf(x, t);
  return {
    Execution: {
      Id: x.arn,
      Input: JSON.parse(x.input),
      Name: x.name,
      RoleArn: x.roleArn,
      StartTime: iso(x.startDate),
      RedriveCount: x.redriveCount,
      ...(x.redriveDate && { RedriveTime: iso(x.redriveDate) }),
    },
    StateMachine: { Id: x.machineArn, Name: x.machineName },
    State: {
      Name: v.state,
      EnteredTime: iso(v.enteredAt),
      RetryCount: v.retryCount,
    },
    ...(v.task?.token && { Task: { Token: v.task.token } }),
    ...(item && { Map: { Item: item } }),
  };
};
const itemOf = (x: Execution, t: Thread): Thread["item"] =>
  t.item ?? (t.parent && itemOf(x, x.threads[t.parent.thread] as Thread));

/** What an expression sees beside the input and the context. */
export type Scope = { result?: Json; errorOutput?: Json; item?: Thread["item"] };

/** The JSON type of a value. */
export const kindOf = (value: Json) =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

/** Evaluates the templates of states. Throws StateFailed, or `overtaken` where the thread moved on meanwhile. */
export type Queries = ReturnType<typeof createQueries>;

export const createQueries = (evaluate: Evaluate, history: History, live: Timers["live"]) => {
  /** Fails the state as a query does: with an event of its own in the history. */
  const evaluationFailed = (
    x: Execution,
    t: Thread,
    what: string,
    location?: string,
    after = t.last === visitOf(t).entered ? visitOf(t).before : t.last,
  ) => {
    const v = visitOf(t);
    const cause = `An error occurred while executing the state '${v.state}' (entered at the event id #${v.entered}). ${what}`;
    const error = "States.QueryEvaluationError";
    v.outcome ??= { failure: { error, cause } };
    t.last = history.add(
      x,
      "EvaluationFailed",
      {
        evaluationFailedEventDetails: {
          cause,
          error,
          ...(location && { location }),
          state: v.state,
        },
      },
      after,
    );
    return new StateFailed({ error, cause });
  };

  const fill = async (
    x: Execution,
    t: Thread,
    template: unknown,
    location: string,
    { item, ...scope }: Scope = {},
  ): Promise<Json> => {
    const { step } = t;
    const context = contextOf(x, t);
    const states = {
      input: visitOf(t).input,
      ...scope,
      context: item ? { ...context, Map: { Item: item } } : context,
    };
    try {
      const value = await evaluate(template, { ...variablesOf(x, t), states }, location);
      if (!live(x, t, step)) throw overtaken;
      return value;
    } catch (error) {
      if (!live(x, t, step)) throw overtaken;
      if (!(error instanceof QueryEvaluationError)) throw error;
      throw evaluationFailed(x, t, error.message, error.location);
    }
  };

  /** Fills a template that has to give a value of one kind. */
  const filled = async (
    x: Execution,
    t: Thread,
    template: unknown,
    location: string,
    kind: "number" | "string" | "boolean",
  ) => {
    const value = await fill(x, t, template, location);
    if (kindOf(value) === kind) return value;
    throw unexpected(x, t, template, location, kind, value);
  };

  const unexpected = (
    x: Execution,
    t: Thread,
    template: unknown,
    location: string,
    kind: string,
    value: Json,
  ) =>
    evaluationFailed(
      x,
      t,
      `The JSONata expression '${String(template).slice(2, -2).trim()}' specified for the field '${location}' returned an unexpected result type. Expected '${kind}', but was '${kindOf(value)}' for value: ${JSON.stringify(value)}`,
      location,
    );

  /** Fills a template that has to give a whole number of seconds. */
  const seconds = async (x: Execution, t: Thread, template: unknown, location: string) => {
    if (template === undefined) return undefined;
    const value = (await filled(x, t, template, location, "number")) as number;
    const atLeast = location === "Seconds" ? 0 : 1;
    if (Number.isInteger(value) && value >= atLeast && value <= 99_999_999) return value;
    const what = `The ${location} field must be an integer from ${atLeast} to 99999999, but was: ${value}`;
    throw evaluationFailed(x, t, what, location);
  };

  return { fill, filled, unexpected, seconds, evaluationFailed };
};

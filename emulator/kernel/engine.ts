import type { Clock } from "./clock.ts";
import type { Keep } from "./keep.ts";
import type { Entry, Passing, Trace } from "./trace.ts";

/** Who makes a call: a function, rule, schedule, state machine or outside client, with the role it calls under. */
export type Caller = {
  name: string;
  role: string;
  /** For a service: the ARN of what it calls for, as conditions on aws:SourceArn name it. */
  source?: string;
  /** For a function: the request id of the invocation in which it calls. */
  invocation?: string;
};

/** The outside client: the AWS CLI, a test, the boot itself. */
export const administrator: Caller = { name: "administrator", role: "administrator" };

/** One AWS API call, in the JSON shape of AWS's wire protocol (blobs in base64, timestamps in epoch seconds). */
export type Call = {
  caller: Caller;
  service: string; // "dynamodb", "streams", "sqs", "events", "states", "lambda", "scheduler", "ses", "sts"
  operation: string; // AWS's name: "TransactWriteItems"
  // biome-ignore lint/suspicious/noExplicitAny: the engines validate what they are given, as AWS does
  input: any;
  /** Asks whether there is something: the trace has nothing of it, but an entry of what was found. */
  poll?: true;
};

// biome-ignore lint/suspicious/noExplicitAny: see Call
export type Operation = (input: any, caller: Caller) => unknown;

/** One AWS service: its API operations by AWS's names, with AWS's validations, answers and errors. */
export type Engine = {
  service: string;
  operations: Record<string, Operation>;
  /** Stops what polls or runs by itself: no timer of it stays. What the engine knows stays as it is. */
  stop?: () => void;
  /**
   * Goes on with all that its state says is under way: arms the timers, starts the pollers. Called after `stop`, when
   * the state is another one. What a function was doing at the time of that state is as lost as in a power cut.
   */
  resume?: () => void | Promise<void>;
};

/** What an engine may use of the world around it. */
export type World = {
  clock: Clock;
  account: string;
  region: string;
  /** The one place every call passes: observed, refused by IAM or spoilt there, before an engine sees it. */
  // biome-ignore lint/suspicious/noExplicitAny: see Call
  call: (call: Call) => Promise<any>;
  /**
   * Does what a service does by itself, without a call of anybody's: an attempt of an asynchronous invocation, a delete of what
   * expired. It is done at once, unless there are gates for it: they may refuse, delay or repeat it as they may a call.
   */
  act: <T>(act: Call, effect: () => T | Promise<T>) => T | Promise<T>;
  /**
   * Writes what is not an API call into the trace, and tells observers: a state entered, a delivery, a parked message.
   * `more` is for the trace alone, and `bytes` about what that takes.
   */
  note: (fact: Passing, more?: Partial<Passing>, bytes?: number) => Entry;
  /** All that passes, each with its cause: for what observers need not hear, and for what causes something else later. */
  trace: Trace;
  /** Where an engine declares its state, so that it can be copied, kept and put back. */
  keep: Keep;
};

/** An error as AWS answers it: `code` is AWS's type, `status` the HTTP status, `fields` stand beside the message. */
export class AwsError extends Error {
  override name = "AwsError";
  readonly code: string;
  readonly status: number;
  readonly fields: Record<string, unknown>;
  constructor(code: string, message: string, status = 400, fields: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** The answer to an API call or an option that this engine does not emulate: named, never silent. */
export const notEmulated = (service: string, what: string) =>
  new AwsError("NotEmulated", `The emulator does not emulate ${what} of ${service}.`, 501);

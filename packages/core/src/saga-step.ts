import * as z from "zod";
import { traced } from "./context.ts";
import { Trace } from "./event.ts";
import type { Refusal, Result } from "./result.ts";
import { isTransient } from "./transient.ts";

/** How a refusal reaches Step Functions: by the error's name, so that it is not retried. */
export class Refused extends Error {
  override name = "Refused";
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(`${refusal.code}: ${refusal.detail}`);
    this.refusal = refusal;
  }
}

/** Neither yes nor no: whoever was asked did not answer. It is asked again under the same key until it does. */
export class OutcomeUnknown extends Error {
  override name = "OutcomeUnknown";
}

/** What passes by itself (transient.ts), whatever it was: the saga waits for it longer than for a defect of ours. */
export class Transient extends Error {
  override name = "Transient";
  constructor(cause: Error) {
    super(`${cause.name}: ${cause.message}`, { cause });
  }
}

/** We and whoever was asked disagree about what happened: neither asking again nor going back helps, a person has to look. */
export class Contradiction extends Error {
  override name = "Contradiction";
}

/** What went wrong, as Step Functions hands it to an undo: the failed step's error and its cause. */
export const Failure = z.object({ Error: z.string(), Cause: z.string().optional() });

/** Why a step failed, in the words that a customer may read: the refusal behind it, or that we failed. */
export const reasonOf = ({ Error: error, Cause }: z.infer<typeof Failure>): Refusal => {
  if (error === "Refused") {
    const { errorMessage = "" } = JSON.parse(Cause ?? "{}") as { errorMessage?: string };
    const [, code, detail] = /^(\w+): (.*)$/s.exec(errorMessage) ?? [];
    if (code && detail) return { code, detail };
  }
  return { code: "Failed", detail: "Something failed on our side; nothing was charged." };
};

const named = (error: unknown) => (isTransient(error) ? new Transient(error as Error) : error);

/** A Lambda that is one step of a saga: parse the input, run under its trace, name what goes wrong for the saga's Retry and Catch. */
export const sagaStep = <Input extends z.ZodType<object>, Value>(
  input: Input,
  run: (input: z.output<Input>) => Promise<Result<Value>>,
) => {
  const StepInput = z.object({ trace: Trace });
  return async (raw: unknown): Promise<Value> => {
    const { trace } = StepInput.parse(raw);
    const result = await traced(trace, async () => run(input.parse(raw))).catch((error) => {
      throw named(error);
    });
    if (!result.ok) throw new Refused(result.refusal);
    return result.value;
  };
};

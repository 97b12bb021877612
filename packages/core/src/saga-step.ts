import * as z from "zod";
import { Trace, traced } from "./context.ts";
import type { Refusal, Result } from "./result.ts";

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

/** What went wrong, as Step Functions hands it to an undo: the failed step's error and its cause. */
export const Failure = z.object({ Error: z.string(), Cause: z.string().optional() });

/** The refusal behind a failure, where there is one: what the customer may be told. */
export const refusalOf = (failure: z.infer<typeof Failure> | undefined): Refusal | undefined => {
  if (failure?.Error !== "Refused") return undefined;
  const [, code, detail] =
    /(\w+): (.*)/s.exec(JSON.parse(failure.Cause ?? "{}").errorMessage ?? "") ?? [];
  return code ? { code, detail: detail ?? "" } : undefined;
};

/** A Lambda that is one step of a saga: parse the input, run under its trace, turn a refusal into a failure. */
export const sagaStep = <Input extends z.ZodType<object>, Value>(
  input: Input,
  run: (input: z.output<Input>) => Promise<Result<Value>>,
) => {
  const StepInput = z.object({ trace: Trace });
  return async (raw: unknown): Promise<Value> => {
    const { trace } = StepInput.parse(raw);
    const result = await traced(trace, () => run(input.parse(raw)));
    if (!result.ok) throw new Refused(result.refusal);
    return result.value;
  };
};

import { AwsError, type Call } from "./engine.ts";
import { roughSize, type Trace } from "./trace.ts";

type Reach = (call: Call) => Promise<unknown>;

const errorOf = (error: unknown) =>
  error instanceof AwsError
    ? { code: error.code, message: error.message, status: error.status }
    : { code: "InternalFailure", message: String(error), status: 500 };

/** Calls of which the trace has each with its answer. What a call does is caused by it. */
export const recordCalls =
  (trace: Trace, reach: Reach): Reach =>
  async (call) => {
    if (call.poll) return reach(call);
    const { caller, service, operation, input } = call;
    const { seq: of } = trace.write(
      { kind: "call", caller, service, operation, input },
      roughSize(input),
    );
    try {
      const output = await trace.under(of, () => reach(call));
      const units = trace.charged(of);
      trace.write(
        { kind: "answer", cause: of, of, output, ...(units && { units }) },
        roughSize(output),
      );
      return output;
    } catch (error) {
      const units = trace.charged(of);
      const answered = { error: errorOf(error), ...(units && { units }) };
      trace.write({ kind: "answer", cause: of, of, ...answered });
      throw error;
    }
  };

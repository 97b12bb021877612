import { AwsError, type Call } from "./engine.ts";
import { roughSize, type Trace } from "./trace.ts";

type Reach = (call: Call) => Promise<unknown>;

const errorOf = (error: unknown) =>
  error instanceof AwsError
    ? { code: error.code, message: error.message, status: error.status }
    : { code: "InternalFailure", message: String(error), status: 500 };

/** Of so many values of one operation one is looked at, for the size of all; of large ones each. */
const oneIn = 16;
const large = 16_384;

/** How large what an operation takes or answers is, about. To look at each of them took a tenth of an order's time. */
const sizes = () => {
  const known = new Map<string, { bytes: number; left: number }>();
  return (operation: string, value: unknown): number => {
    const size = known.get(operation);
    if (size && size.left > 0 && size.bytes < large) {
      size.left -= 1;
      return size.bytes;
    }
    const bytes = roughSize(value);
    known.set(operation, { bytes, left: oneIn - 1 });
    return bytes;
  };
};

/** Calls of which the trace has each with its answer. What a call does is caused by it. */
export const recordCalls = (trace: Trace, reach: Reach): Reach => {
  const [taken, answered] = [sizes(), sizes()];
  return async (call) => {
    if (call.poll) return reach(call);
    const { caller, service, operation, input } = call;
    const { seq: of } = trace.write(
      { kind: "call", caller, service, operation, input },
      taken(operation, input),
    );
    try {
      const output = await trace.under(of, () => reach(call));
      const units = trace.charged(of);
      trace.write(
        { kind: "answer", cause: of, of, output, ...(units && { units }) },
        answered(operation, output),
      );
      return output;
    } catch (error) {
      const units = trace.charged(of);
      const told = { error: errorOf(error), ...(units && { units }) };
      trace.write({ kind: "answer", cause: of, of, ...told });
      throw error;
    }
  };
};

import { AwsError, type Engine, type World } from "../../kernel/engine.ts";
import { invalid, type Named } from "./errors.ts";

/** How many invocations may run at once: in the account, and of a function that some are reserved for. */
export const concurrencyOf = (world: World, most: number) => {
  const reserved = world.keep.map<number>("lambda.concurrency");
  /** Invocations that run, by function. */
  let running = new Map<string, number>();

  /** How much is kept for single functions, one of them aside. */
  const reservedBut = (name?: string) => {
    let sum = 0;
    for (const [other, count] of reserved) if (other !== name) sum += count;
    return sum;
  };
  /** Why a function cannot be invoked once more at this moment, in AWS's words. */
  const limitReached = (name: string): string | undefined => {
    const own = reserved.get(name);
    if (own !== undefined)
      return (running.get(name) ?? 0) >= own
        ? "ReservedFunctionConcurrentInvocationLimitExceeded"
        : undefined;
    let others = 0;
    for (const [other, count] of running) if (!reserved.has(other)) others += count;
    return others >= most - reservedBut(name) ? "ConcurrentInvocationLimitExceeded" : undefined;
  };

  const reserve = (name: string, count: number) => {
    if (!Number.isInteger(count) || count < 0)
      throw invalid("ReservedConcurrentExecutions must be 0 or more.");
    const least = Math.min(100, most);
    if (count > 0 && most - reservedBut(name) - count < least)
      throw invalid(
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${least}].`,
      );
    reserved.set(name, count);
  };

  return {
    get: (name: string) => reserved.get(name),
    forget: (name: string) => void reserved.delete(name),
    reserve,
    /** Takes a place for an invocation; answers how to give it back. Throws TooManyRequestsException. */
    enter(name: string, source: string): () => void {
      const Reason = limitReached(name);
      if (Reason) {
        world.note({ kind: "throttled", function: name, source });
        throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, {
          Reason,
          Type: "User",
        });
      }
      const counts = running;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return () => {
        const left = (counts.get(name) ?? 1) - 1;
        if (left > 0) counts.set(name, left);
        else counts.delete(name);
      };
    },
    /** What the account may run at once, as GetAccountSettings has it. */
    limits: () => ({
      ConcurrentExecutions: most,
      UnreservedConcurrentExecutions: most - reservedBut(),
    }),
    /** Whatever runs has no place any more. */
    clear() {
      running = new Map();
    },
    operationsOn: (nameOf: (functionName: string) => string): Engine["operations"] => ({
      PutFunctionConcurrency({
        FunctionName,
        ReservedConcurrentExecutions,
      }: Named & { ReservedConcurrentExecutions: number }) {
        const name = nameOf(FunctionName);
        reserve(name, ReservedConcurrentExecutions);
        return { ReservedConcurrentExecutions };
      },
      GetFunctionConcurrency({ FunctionName }: Named) {
        const ReservedConcurrentExecutions = reserved.get(nameOf(FunctionName));
        return ReservedConcurrentExecutions === undefined ? {} : { ReservedConcurrentExecutions };
      },
      DeleteFunctionConcurrency({ FunctionName }: Named) {
        reserved.delete(nameOf(FunctionName));
        return {};
      },
    }),
  };
};

/** See `concurrencyOf`. */
export type Concurrency = ReturnType<typeof concurrencyOf>;

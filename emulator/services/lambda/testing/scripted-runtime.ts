import type { Clock } from "../../../kernel/clock.ts";
import type { MakeRuntime, Outcome } from "../function.ts";

// biome-ignore lint/suspicious/noExplicitAny: events of every source
export type Handle = (event: any, functionName: string, clock: Clock) => unknown;

/** A runtime whose functions are a given function: for tests of what invokes them, not of how they run. */
export const scriptedRuntime =
  (handle: Handle): MakeRuntime =>
  ({ clock }) => ({
    prepare: async () => {},
    async invoke({ name }, event): Promise<Outcome> {
      try {
        const value = await handle(JSON.parse(event.text), name, clock);
        return { ok: true, result: JSON.stringify(value) ?? "null" };
      } catch (error) {
        const { name: errorType, message: errorMessage } = error as Error;
        return { ok: false, error: { errorType, errorMessage, trace: [] } };
      }
    },
    warm: async () => {},
    crash: () => {},
    renew: () => {},
    stop: () => {},
  });

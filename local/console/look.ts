import { administrator } from "emulator/kernel/engine";
import type { Shop } from "../shop.ts";

/**
 * Asks an engine for something, past every gate: to look costs nothing, meets no fault and leaves no entry in the trace.
 * For reading only.
 */
// biome-ignore lint/suspicious/noExplicitAny: AWS's answers
export type Look = (service: string, operation: string, input?: object) => Promise<any>;

/** Looks into a shop. */
export const lookInto =
  ({ cloud }: Shop): Look =>
  async (service, operation, input = {}) => {
    const ask = cloud.engines[service]?.operations[operation];
    if (!ask) throw new Error(`There is no ${operation} of ${service}.`);
    return await ask(input, administrator);
  };

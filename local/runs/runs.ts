import { CannotRewind } from "emulator/boot/timeline";
import type { OpenedRun, Runs } from "../console/beside.ts";
import type { BuiltPages } from "../web/built.ts";
import { type OpenRun, openRun } from "./open-run.ts";

const MOST_OPEN = 2;

/** Opens runs from files beside a running shop, two at most. Each is a world of its own. */
export const createRuns = (options: {
  web?: BuiltPages;
  say?: (text: string) => void;
}): Runs & { stop: () => Promise<void> } => {
  const open = new Map<string, OpenRun>();
  let opening = 0;
  const told = ({ about, api, aws, token }: OpenRun): OpenedRun => ({ about, api, aws, token });
  const runs = {
    list: () => [...open.values()].map(told),
    async open(file: string, name: string, gone?: AbortSignal) {
      if (open.size + opening >= MOST_OPEN)
        throw new CannotRewind(`${MOST_OPEN} recorded runs are open already: close one.`);
      opening += 1;
      try {
        const run = await openRun({ ...options, file, name, signal: gone });
        const { port } = new URL(run.api);
        open.set(port, run);
        // Also who goes while the answer is on its way does not know where it is.
        gone?.addEventListener("abort", () => void runs.close(port), { once: true });
        if (gone?.aborted) await runs.close(port);
        gone?.throwIfAborted();
        return told(run);
      } finally {
        opening -= 1;
      }
    },
    async close(port: string) {
      const run = open.get(port);
      open.delete(port);
      await run?.stop();
      return run !== undefined;
    },
    async stop() {
      for (const port of [...open.keys()]) await runs.close(port);
    },
  };
  return runs;
};

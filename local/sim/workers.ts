import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Size } from "./plan.ts";
import type { Asked, Ran } from "./worker.ts";

/** A seed at which a worker itself came to an end: something was thrown that nobody caught. */
export type Died = { seed: number; died: string };

/** Runs seeds in processes of their own, as many at a time as there are processes. */
export type Workers = {
  /** Runs seeds from `next` until it has no more; tells each. Ends when all are done or it was stopped. */
  run: (next: () => number | undefined, tell: (ran: Ran | Died) => void) => Promise<void>;
  stop: () => void;
};

const program = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** Processes that run seeds. */
export const startWorkers = (count: number, size: Size): Workers => {
  const children = new Set<ChildProcess>();
  let stopped = false;

  const serve = (next: () => number | undefined, tell: (ran: Ran | Died) => void): Promise<void> =>
    new Promise((resolve) => {
      const child = fork(program, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
      children.add(child);
      let seed: number | undefined;
      let said = "";
      child.stderr?.on("data", (chunk) => {
        said = `${said}${chunk}`.slice(-4_000);
      });
      const give = () => {
        seed = stopped ? undefined : next();
        if (seed === undefined) child.kill();
        else child.send({ seed, size } satisfies Asked);
      };
      child.on("message", (message: "ready" | Ran) => {
        if (message !== "ready") tell(message);
        give();
      });
      child.on("exit", () => {
        children.delete(child);
        if (seed === undefined || stopped) return resolve();
        const died = said.split("\n").find((line) => /\bError\b/.test(line)) ?? said.trim();
        tell({ seed, died: died || "it ended without a word" });
        void serve(next, tell).then(resolve);
      });
    });

  return {
    async run(next, tell) {
      await Promise.all(Array.from({ length: count }, () => serve(next, tell)));
    },
    stop() {
      stopped = true;
      for (const child of children) child.kill();
    },
  };
};

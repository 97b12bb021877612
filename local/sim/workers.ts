import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What was asked of a worker that came to an end itself: something was thrown that nobody caught. */
export type Died<Asked> = { asked: Asked; died: string };

/** Runs what is asked in processes of their own, as many at a time as there are processes. */
export type Workers<Asked, Ran> = {
  /** Asks for what `next` answers until it has no more; tells each. Ends when all is done or it was stopped. */
  run: (next: () => Asked | undefined, tell: (ran: Ran | Died<Asked>) => void) => Promise<void>;
  stop: () => void;
};

/** Processes of a program that serves what it is asked. */
export const startWorkers = <Asked extends object, Ran extends object>(
  program: URL,
  count: number,
): Workers<Asked, Ran> => {
  const children = new Set<ChildProcess>();
  let stopped = false;

  const serve = (
    next: () => Asked | undefined,
    tell: (ran: Ran | Died<Asked>) => void,
  ): Promise<void> =>
    new Promise((resolve) => {
      const child = fork(fileURLToPath(program), {
        stdio: ["ignore", "ignore", "pipe", "ipc"],
        execArgv: [...process.execArgv, "--max-semi-space-size=32"],
      });
      children.add(child);
      let asked: Asked | undefined;
      let said = "";
      child.stderr?.on("data", (chunk) => {
        said = `${said}${chunk}`.slice(-4_000);
      });
      const give = () => {
        asked = stopped ? undefined : next();
        if (asked === undefined) child.kill();
        else child.send(asked);
      };
      child.on("message", (message: "ready" | Ran) => {
        if (message !== "ready") tell(message);
        give();
      });
      child.on("exit", () => {
        children.delete(child);
        if (asked === undefined || stopped) return resolve();
        const died = said.split("\n").find((line) => /\bError\b/.test(line)) ?? said.trim();
        tell({ asked, died: died || "it ended without a word" });
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

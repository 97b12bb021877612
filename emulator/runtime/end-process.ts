import { endThreads } from "./function-thread.ts";

/** How long threads have to end, in milliseconds. */
const patience = 1000;

/**
 * Ends this process. Node waits for its threads when it exits, and a handler may be in native code that nothing
 * interrupts (a key derivation, a child process that it waits for): then the process is killed by the system.
 */
export const endProcess = async (code: number): Promise<void> => {
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, patience, false));
  if (!(await Promise.race([endThreads(), late]))) process.kill(process.pid, "SIGKILL");
  process.exit(code);
};

import { serve } from "../serve.ts";
import { type Result, runTask, type Task } from "./task.ts";

/** A task with its number in its part. */
export type Asked = { index: number; task: Task };

/** What came of it, and how much of the processor's time it took, in milliseconds. */
export type Ran = Result & { index: number; ms: number };

serve<Asked, Ran>(async ({ index, task }) => {
  const began = process.cpuUsage();
  const result = await runTask(task);
  const { user, system } = process.cpuUsage(began);
  return { ...result, index, ms: (user + system) / 1000 };
});

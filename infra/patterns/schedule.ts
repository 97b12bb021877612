import { trust } from "./allow.ts";
import { lambda } from "./lambda.ts";
import { deadLetterQueue } from "./queue.ts";

/**
 * A Lambda on a schedule. Its dead-letter queue takes both what the scheduler could not deliver and what the
 * function failed at.
 */
export const scheduled = (
  schedule: `rate(${string})` | `cron(${string})`,
  name: string,
  path: Parameters<typeof lambda>[1],
  options: Omit<Parameters<typeof lambda>[2], "deadLetters">,
) => {
  const context = path.split("/")[0] as string;
  const deadLetters = deadLetterQueue(`${name}Dlq`, context);
  const fn = lambda(name, path, { ...options, deadLetters, errors: "never" });
  new sst.aws.CronV2(`${name}Timer`, {
    schedule,
    function: fn.arn,
    retries: 3,
    dlq: deadLetters.arn,
    transform: {
      role: { assumeRolePolicy: trust("scheduler.amazonaws.com"), tags: { context } },
    },
  });
  return fn;
};

/** A Lambda that runs at an interval: `every("5 minutes", "SweepSagas", ...)`. */
export const every = (
  interval: string,
  ...rest: [name: string, path: `${string}/${string}`, options: Parameters<typeof scheduled>[3]]
) => scheduled(`rate(${interval})`, ...rest);

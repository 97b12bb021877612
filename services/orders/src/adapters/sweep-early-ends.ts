import { sweep } from "@petstore/core/sweep";
import type { TimeLeft } from "@petstore/core/time-left";
import type { Run } from "../domain/run.ts";
import { arnOf } from "./machines.ts";
import { recoverSaga } from "./recover-saga.ts";
import { type EarlyEnd, earlyEnds } from "./sagas.ts";
import { leaveMark, type Mark, readMark } from "./sweep-mark.ts";

/** So many that fail are passed over, so that they do not hold up the others. More than that are an outage, which ends. */
const MOST_AGAIN = 100;

const justBefore = (moment: string) => new Date(Date.parse(moment) - 1).toISOString();

/** The mark of a run that has tried some of the early ends up to a moment, and succeeded with some of those. */
const markAfter = (
  before: Mark,
  { ended, until }: { ended: EarlyEnd[]; until: string },
  { tried, done }: { tried: Set<string>; done: Set<string> },
): Mark => {
  const again = before.again.filter((arn) => !done.has(arn));
  for (const { executionArn, stopDate } of ended) {
    if (done.has(executionArn)) continue;
    if (!tried.has(executionArn) || again.length === MOST_AGAIN)
      return { until: justBefore(stopDate), again };
    again.push(executionArn);
  }
  return { until, again };
};

/**
 * Recovers a saga's executions that ended early and that nobody heard of: all since the last run that got so far, however long
 * ago that was (Step Functions keeps them for 90 days), first those that wait longest. The
 * next run does what this one has no time for.
 */
export const sweepEarlyEnds = async (
  saga: Run["saga"],
  until: string,
  time: TimeLeft,
): Promise<void> => {
  const mark = await readMark(saga);
  const ended = await earlyEnds(arnOf({ saga }), mark.until ?? new Date(0).toISOString(), until);
  const [tried, done] = [new Set<string>(), new Set<string>()];
  const recover = async (executionArn: string) => {
    tried.add(executionArn);
    await recoverSaga(executionArn);
    done.add(executionArn);
  };
  async function* all() {
    yield [...mark.again, ...ended.map(({ executionArn }) => executionArn)];
  }
  try {
    await sweep(all(), recover, time);
  } finally {
    await leaveMark(saga, markAfter(mark, { ended, until }, { tried, done }));
  }
};

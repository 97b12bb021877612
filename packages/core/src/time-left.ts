import type { Context } from "aws-lambda";

/** How much time a function has left: its second argument, as Lambda hands it over. */
export type TimeLeft = Pick<Context, "getRemainingTimeInMillis">;

/** What is kept back of a function's time, for what is under way when it stops. */
const RESERVE_MS = 10_000;

/** Whether there is time to begin another piece of work, and to end it. */
export const hasTime = ({ getRemainingTimeInMillis }: TimeLeft): boolean =>
  getRemainingTimeInMillis() > RESERVE_MS;

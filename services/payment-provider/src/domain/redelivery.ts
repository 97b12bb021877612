const FIRST_SECONDS = 2;
const LONGEST_SECONDS = 900;

/**
 * Seconds until a webhook is sent again that was not taken the n-th time: 2, 8, 32, … up to a quarter of an hour, each cut
 * by up to a half by chance (from 0 to 1), so that what failed at once does not come back at once.
 */
export const secondsUntilNext = (attempt: number, chance: number): number =>
  Math.ceil(Math.min(FIRST_SECONDS * 4 ** (attempt - 1), LONGEST_SECONDS) * (1 - chance / 2));

/**
 * Waits before another attempt, up to 20 ms after the first and twice as long after each, a second at most. With full jitter
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter): those who collided do not meet again.
 */
export const backOff = (attempt: number, { first = 20, most = 1000 } = {}): Promise<void> =>
  new Promise((resolve) =>
    setTimeout(resolve, Math.random() * Math.min(first * 2 ** attempt, most)),
  );

const throttling = new Set([
  "BandwidthLimitExceeded",
  "EC2ThrottledException",
  "LimitExceededException",
  "PriorRequestNotComplete",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
  "TransactionInProgressException",
]);
const transient = new Set([
  "TimeoutError",
  "RequestTimeout",
  "RequestTimeoutException",
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);
const transientStatus = new Set([500, 502, 503, 504]);

const longest = 20_000;
const budget = 500;
const cost = { throttling: 5, transient: 14 };

type Kind = keyof typeof cost;

const kindOf = (error: unknown): Kind | undefined => {
  const {
    code = "",
    name = "",
    status = 0,
  } = error as {
    code?: string;
    name?: string;
    status?: number;
  };
  if (status === 429 || throttling.has(code)) return "throttling";
  if (transientStatus.has(status) || transient.has(code) || transient.has(name)) return "transient";
  return undefined;
};

/**
 * The standard retry strategy of the AWS SDK for JavaScript in its version of 2026 (StandardRetryStrategy of
 * @smithy/core): attempts, delays, and the budget that keeps a client from repeating everything in an outage.
 */
export const sdkRetries = (service: string, maxAttempts?: number) => {
  const most = maxAttempts ?? (service === "dynamodb" ? 4 : 3);
  const base = { throttling: 1000, transient: service === "dynamodb" ? 25 : 50 };
  let left = budget;
  return {
    /** Milliseconds to wait before the next attempt, or undefined to give up. `attempt` counts from 0. */
    delayAfter(error: unknown, attempt: number, random: () => number): number | undefined {
      const kind = kindOf(error);
      if (!kind || attempt + 1 >= most || left < cost[kind]) return undefined;
      left -= cost[kind];
      return Math.floor(random() * Math.min(base[kind] * 2 ** attempt, longest));
    },
    /** A call came through, after `attempt` repetitions. */
    succeeded(attempt: number): void {
      left = Math.min(budget, left + (attempt > 0 ? cost.transient : 1));
    },
  };
};

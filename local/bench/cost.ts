import type { Counts } from "./count.ts";

/**
 * AWS's list prices in us-east-1, US dollars a million, as of 2026-11 (https://aws.amazon.com/pricing). Lambda: arm64, at the
 * 512 MB that the functions have and 15 ms each.
 */
const PRICES = {
  "Step Functions transitions": 25,
  "DynamoDB write units": 0.625,
  "DynamoDB read units": 0.125,
  "EventBridge events": 1,
  "SQS requests": 0.4,
  "Lambda invocations": 0.2 + 0.0133334 * 0.5 * 15,
  "HTTP API requests": 1,
};

/**
 * What a million orders cost, part by part, in US dollars. An e-mail is 100 dollars a million on top, whoever sends it.
 * `requests` are those of the HTTP API: the order and the provider's webhook.
 */
export const costOfMillion = (
  counts: Omit<Counts, "commandWrites" | "reads" | "calls">,
  requests = 2,
): [part: string, dollars: number][] => {
  const amounts: Record<keyof typeof PRICES, number> = {
    "Step Functions transitions": counts.transitions,
    "DynamoDB write units": counts.writeUnits,
    "DynamoDB read units": counts.readUnits,
    "EventBridge events": counts.events,
    "SQS requests": counts.sqs,
    "Lambda invocations": counts.invocations,
    "HTTP API requests": requests,
  };
  return Object.entries(PRICES).map(([part, price]) => [
    part,
    price * amounts[part as keyof typeof PRICES],
  ]);
};

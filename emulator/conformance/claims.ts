import type { Claim } from "./claim.ts";
import { dynamodbClaims } from "./dynamodb.ts";
import { eventBridgeClaims } from "./eventbridge.ts";
import { iamClaims } from "./iam.ts";
import type { Lab } from "./lab.ts";
import { lambdaClaims } from "./lambda.ts";
import { schedulerClaims } from "./scheduler.ts";
import { sqsClaims } from "./sqs.ts";
import { queueClaims } from "./sqs-queues.ts";
import { stepFunctionsClaims } from "./stepfunctions.ts";
import { streamsClaims } from "./streams.ts";

/** Everything that the suite claims of AWS. */
export const claims: Claim[] = [
  ...dynamodbClaims,
  ...streamsClaims,
  ...sqsClaims,
  ...queueClaims,
  ...eventBridgeClaims,
  ...stepFunctionsClaims,
  ...lambdaClaims,
  ...schedulerClaims,
  ...iamClaims,
];

/** What became of a claim. */
export type Outcome = {
  claim: Claim;
  verdict: "holds" | "differs" | "not emulated" | "not tried";
  /** What was seen, where it does not hold. */
  seen?: string;
};

/** An endpoint's way to say that it does not have something. */
const isRefusal = (error: Error) =>
  /^(NotEmulated|NotImplemented|UnknownOperation)/.test(error.name) ||
  error.message.includes("does not emulate");

/** Tries a claim. Never throws. */
const tryClaim = async (claim: Claim, lab: Lab): Promise<Outcome> => {
  if (claim.needsRole && !lab.role)
    return { claim, verdict: "not tried", seen: "it needs --role-arn" };
  try {
    await claim.run(lab);
    return { claim, verdict: "holds" };
  } catch (error) {
    const { name, message } = error as Error;
    const seen = `${name}: ${message}`;
    return { claim, verdict: isRefusal(error as Error) ? "not emulated" : "differs", seen };
  }
};

/** Tries claims, so many at a time; answers in their order. After `signal`, no more are begun. */
export const tryClaims = async (
  tried: Claim[],
  lab: Lab,
  {
    atOnce = 16,
    tell = () => {},
    signal,
  }: { atOnce?: number; tell?: (outcome: Outcome) => void; signal?: AbortSignal } = {},
): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  const waiting = [...tried.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next && !signal?.aborted; next = waiting.shift()) {
      const [index, claim] = next;
      const outcome = await tryClaim(claim, lab);
      outcomes[index] = outcome;
      tell(outcome);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return outcomes.filter(Boolean);
};

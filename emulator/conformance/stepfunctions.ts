import { claimsOf } from "./claim.ts";
import { dataClaims } from "./stepfunctions-data.ts";
import { executionClaims } from "./stepfunctions-executions.ts";
import { stateClaims } from "./stepfunctions-states.ts";

/** What Step Functions documents, of Standard workflows in JSONata. */
export const stepFunctionsClaims = claimsOf(
  "stepfunctions",
  [...executionClaims, ...dataClaims, ...stateClaims].map((claim) => ({
    ...claim,
    needsRole: true as const,
  })),
);

import type { Fact } from "../../kernel/cloud.ts";

/** What somebody made by hand stands in no file, and there is no IAM to make a role with. */
const byHand = (policyOf: string) =>
  policyOf.includes(":role/")
    ? ` (by hand, take ${policyOf.replace(/:role\/.*/, ":role/administrator")}, which may do all)`
    : "";

/** A note of kind "iam.denied" as one line: who may not do what, and what is missing in which file. */
export const tellDenial = ({ caller, action, resource, missing, policyOf, file }: Fact): string => {
  const where = file
    ? `${file} (${policyOf})`
    : `the policies of ${policyOf}, which stand in no file${byHand(String(policyOf))}`;
  const cure = missing
    ? `Missing in ${where}: ${JSON.stringify(missing)}`
    : `A Deny forbids it in ${where}.`;
  return `Denied: ${caller} may not ${action} on ${resource}. ${cure}`;
};

import { CannotStart } from "../../kernel/refusals.ts";
import type { Inputs, Translation } from "./translation.ts";

/** Who may do what, as far as roles say it: what resources say themselves is created with them. */
export const roles: Record<string, Translation> = {
  "aws:iam/role:Role": {
    uses: ["name", "inlinePolicies", "managedPolicyArns"],
    skips: ["assumeRolePolicy", "tags", "description", "path"],
    create({ inlinePolicies = [], managedPolicyArns = [] }, { addRole }, { name, outputs }) {
      if (typeof outputs.arn !== "string")
        throw new CannotStart(`The role ${name} has no outputs.arn: who takes it names that.`);
      addRole(
        outputs.arn,
        inlinePolicies.map(({ policy }: Inputs) => policy),
        managedPolicyArns,
      );
    },
  },

  "aws:iam/rolePolicy:RolePolicy": {
    uses: ["role", "policy"],
    skips: ["name"],
    create: ({ role, policy }, { addRole }) =>
      addRole(
        role.startsWith("arn:") ? role : `arn:aws:iam::123456789012:role/${role}`,
        [policy],
        [],
      ),
  },
};

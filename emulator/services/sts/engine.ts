import type { Engine, World } from "../../kernel/engine.ts";

/** STS as far as `aws sts get-caller-identity` goes: it answers whose key was used. */
export const stsEngine = ({ account }: World): Engine => ({
  service: "sts",
  operations: {
    GetCallerIdentity: (_input, caller) => ({
      Arn:
        caller.name === "administrator"
          ? `arn:aws:iam::${account}:root`
          : `arn:aws:sts::${account}:assumed-role/${caller.role.split("/").at(-1)}/${caller.name}`,
      UserId:
        caller.name === "administrator"
          ? account
          : `${caller.role.split("/").at(-1)}:${caller.name}`,
      Account: account,
    }),
  },
});

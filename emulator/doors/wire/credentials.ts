import type { Clock } from "../../kernel/clock.ts";
import type { Caller } from "../../kernel/engine.ts";

/** What an AWS SDK needs to sign as somebody. */
export type Credentials = { accessKeyId: string; secretAccessKey: string };

/** Who holds which access key. */
export type KeyRing = {
  /** Issues the caller's credentials; asked again, it answers the same. */
  issue: (caller: Caller) => Credentials;
  /** Whose key it is; undefined for a key that was never issued. */
  callerOf: (accessKeyId: string) => Caller | undefined;
  /** Whose key it is, with the secret that requests are to be signed with. */
  holderOf: (accessKeyId: string) => Holder | undefined;
};

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A key and whose it is. */
export type Holder = { caller: Caller; secretAccessKey: string };

/** A key ring; `holders` is where it keeps them. */
export const createKeyRing = (clock: Clock, holders = new Map<string, Holder>()): KeyRing => {
  const draw = (length: number) =>
    Array.from({ length }, () => base32[Math.floor(clock.random("iam keys") * 32)]).join("");

  return {
    issue(caller) {
      for (const [accessKeyId, { caller: other, secretAccessKey }] of holders)
        if (other.name === caller.name) return { accessKeyId, secretAccessKey };
      const [accessKeyId, secretAccessKey] = [`LOCAL${draw(15)}`, draw(40)];
      holders.set(accessKeyId, { caller, secretAccessKey });
      return { accessKeyId, secretAccessKey };
    },
    callerOf: (accessKeyId) => holders.get(accessKeyId)?.caller,
    holderOf: (accessKeyId) => holders.get(accessKeyId),
  };
};

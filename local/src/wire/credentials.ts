import type { Clock } from "../clock.ts";
import type { Caller } from "../engine.ts";

/** What an AWS SDK needs to sign as somebody. */
type Credentials = { accessKeyId: string; secretAccessKey: string };

/** Who holds which access key. */
export type KeyRing = {
  /** Issues the caller's credentials; asked again, it answers the same. */
  issue: (caller: Caller) => Credentials;
  /** Whose key it is; undefined for a key that was never issued. */
  callerOf: (accessKeyId: string) => Caller | undefined;
};

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A key ring that names callers by access key alone: it does not check signatures. */
export const createKeyRing = (clock: Clock): KeyRing => {
  const callers = new Map<string, Caller>();
  const issued = new Map<string, Credentials>();
  const draw = (length: number) =>
    Array.from({ length }, () => base32[Math.floor(clock.random() * 32)]).join("");

  return {
    issue(caller) {
      const known = issued.get(caller.name);
      if (known) return known;
      const credentials = { accessKeyId: `LOCAL${draw(15)}`, secretAccessKey: draw(40) };
      issued.set(caller.name, credentials);
      callers.set(credentials.accessKeyId, caller);
      return credentials;
    },
    callerOf: (accessKeyId) => callers.get(accessKeyId),
  };
};

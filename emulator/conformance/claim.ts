import type { Lab } from "./lab.ts";

/** One behaviour that AWS documents, and how to see it with AWS's own clients. */
export type Claim = {
  /** "sqs/visibility": the service, and a name. */
  id: string;
  service: string;
  claim: string;
  /** Where AWS says so. */
  doc: string;
  /** Throws where the endpoint does otherwise. */
  run: (lab: Lab) => Promise<unknown>;
  /** Somebody must lend a role: a state machine, a function or a schedule runs under it. */
  needsRole?: true;
  /** How the emulator differs. Without it, the claim holds there. */
  locally?: string;
};

/** The claims of one service. */
export const claimsOf = (
  service: string,
  claims: (Omit<Claim, "id" | "service"> & { name: string })[],
): Claim[] => claims.map(({ name, ...claim }) => ({ ...claim, id: `${service}/${name}`, service }));

/** Waits for a call's refusal, and answers the error. Throws where it succeeds, or has another name or message. */
export const refused = async (
  call: Promise<unknown>,
  name: string,
  message = /(?:)/,
  // biome-ignore lint/suspicious/noExplicitAny: each service's errors have members of their own
): Promise<any> => {
  const error = await call.then(
    () => {
      throw new Error(`It was not refused, with ${name}`);
    },
    (reason: Error) => reason,
  );
  // Some errors of SQS have an older code beside their name.
  const names = [error.name, (error as { Code?: string }).Code];
  if (!names.includes(name) || !message.test(error.message)) throw error;
  return error;
};

import { setTimeout as pause } from "node:timers/promises";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { awsClients } from "./clients.ts";

/** Where the claims are tested. */
export type LabOptions = {
  /** Without one, AWS itself. */
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** A role that Lambda, Step Functions and Scheduler may assume, and that may use what the claims create. */
  role?: string;
  /** How long to wait between two looks at something that takes time. */
  pauseMs?: number;
};

/** AWS's clients for one endpoint, and what the claims share. */
export type Lab = Awaited<ReturnType<typeof openLab>>;

/** Opens clients for an endpoint. Everything that is created in it has a name of this run, and is removed at the close. */
export const openLab = async (options: LabOptions) => {
  const { endpoint, region = "us-east-1", credentials, role, pauseMs = 1000 } = options;
  const config = { region, ...(endpoint && { endpoint }), ...(credentials && { credentials }) };
  const clients = awsClients(config);
  const { Account: account = "" } = await clients.sts.send(new GetCallerIdentityCommand({}));
  const run = `conformance-${Date.now().toString(36)}`;
  const undos: (() => Promise<unknown>)[] = [];
  const shared = new Map<string, Promise<unknown>>();
  let count = 0;

  return {
    config,
    region,
    account,
    role: role ?? "",
    ...clients,
    /** A name that nothing else has. */
    unique: (what: string) => `${run}-${what}-${++count}`,
    /** Remembers how to remove something. */
    later: (undo: () => Promise<unknown>) => void undos.unshift(undo),
    /** Makes something that several claims use, once. */
    once: <T>(what: string, make: () => Promise<T>): Promise<T> => {
      const made = (shared.get(what) as Promise<T> | undefined) ?? make();
      shared.set(what, made);
      return made;
    },
    /** Looks again until there is something to see; throws after `tries`. */
    eventually: async <T>(
      look: () => Promise<T | undefined | false | null>,
      tries = 600,
    ): Promise<T> => {
      for (let at = 1; at <= tries; at += 1) {
        const seen = await look();
        if (seen) return seen;
        await pause(pauseMs);
      }
      throw new Error(`It did not happen within ${tries} looks`);
    },
    /** Removes what was created. Answers what could not be removed. */
    async close(): Promise<string[]> {
      const left: string[] = [];
      for (const undo of undos.splice(0))
        await undo().catch((error: Error) => left.push(`${error.name}: ${error.message}`));
      return left;
    },
  };
};

import type { KeyRing } from "../doors/wire/credentials.ts";
import type { GraphFunction } from "./graph.ts";
import type { Localiser } from "./localise.ts";

/** What SST puts into a function's environment to find an encrypted file of links; ours are in the open. */
const sstOnly = new Set(["SST_KEY", "SST_KEY_FILE"]);

/** The variables of the graph's functions: their own, where AWS is, who they are there, and what is linked to them. */
export const functionEnvironment =
  ({
    keys,
    localise,
    awsUrl,
    region,
  }: { keys: KeyRing; awsUrl: string; region: string } & Pick<Localiser, "localise">) =>
  (fn: GraphFunction, role: string): Record<string, string> => {
    const { accessKeyId, secretAccessKey } = keys.issue({ name: fn.functionName, role });
    const own = Object.entries(localise(fn.environment)).filter(([name]) => !sstOnly.has(name));
    return {
      ...Object.fromEntries(own),
      AWS_ENDPOINT_URL: awsUrl,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      SST_RESOURCES_JSON: JSON.stringify(localise(fn.links)),
    };
  };

import { createHash } from "node:crypto";
import type { Entry } from "emulator/kernel/trace";

/** The SHA-256 of a run: over all that passed, each entry whole. */
export const hashOfRun = () => {
  const hash = createHash("sha256");
  return {
    add: (entry: Entry) => void hash.update(`${JSON.stringify(entry)}\n`),
    digest: () => hash.digest("hex"),
  };
};

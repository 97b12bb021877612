import { CannotStart } from "emulator/kernel/refusals";
import { stageNamed } from "./command-line.ts";
import { stageOnAws } from "./stage.ts";
import { shopHere, type Target } from "./target.ts";

/** The options by which a command is told what it works on. */
export const targetOptions = {
  stage: { type: "string" },
  outputs: { type: "string" },
  port: { type: "string" },
  help: { type: "boolean" },
} as const;

type Told = { stage?: string | undefined; outputs?: string | undefined; port?: string | undefined };

/** What a command was told to work on. Throws CannotStart where that contradicts itself, or is not there. */
export const targetMeant = async ({ stage, outputs, port }: Told): Promise<Target> => {
  if (stage === undefined) {
    if (outputs !== undefined)
      throw new CannotStart("--outputs is of a stage: say which with --stage.");
    return shopHere(port);
  }
  if (port !== undefined)
    throw new CannotStart("--port is of a running shop, --stage of one on AWS: say one of them.");
  return stageOnAws(stageNamed(stage), outputs);
};

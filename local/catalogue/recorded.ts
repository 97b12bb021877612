import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "@petstore/core/event";
import { repositoryRoot } from "../repository.ts";

/** The first event of a type that was ever recorded: packages/events/corpus keeps it for as long as an archive may have it. */
export const recorded = (type: string): Envelope => {
  const file = join(repositoryRoot, "packages/events/corpus", `${type}.json`);
  const [event] = JSON.parse(readFileSync(file, "utf8")) as Envelope[];
  if (!event) throw new Error(`${file} has no event`);
  return event;
};

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EventContract } from "@petstore/core/event";
import { catalogue } from "@petstore/events/catalogue";
import { repositoryRoot } from "../repository.ts";

/** One version of an event, as it is published. */
export type Contract = {
  /** On the wire: `orders.OrderPlaced.v2`. */
  type: string;
  /** Without its version: `orders.OrderPlaced`. */
  name: string;
  version: number;
  /** The context that publishes it. */
  service: string;
  /** What it means, in the words of its declaration. */
  says: string;
  /** The file that declares it. */
  file: string;
  contract: EventContract;
};

const DECLARED =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export const \w+ = defineEvent\(\s*"([\w.-]+)"/g;

/** The sentence of every declaration in packages/events, by the event's type, and where it stands. */
const declarations = (): Map<string, { says: string; file: string }> => {
  const files = globSync("packages/events/src/*.ts", { cwd: repositoryRoot });
  const found = files.flatMap((path) => {
    const file = path.replaceAll("\\", "/");
    const text = readFileSync(join(repositoryRoot, path), "utf8");
    return [...text.matchAll(DECLARED)].map(([, comment = "", type = ""]) => {
      const says = comment
        .split("\n")
        .map((line) => line.replace(/^\s*\*?\s*/, ""))
        .join(" ");
      return [type, { says: says.trim(), file }] as const;
    });
  });
  return new Map(found);
};

/** Every contract of the published language, in the order of the catalogue. Throws for one that says nothing of itself. */
export const contracts = (): Contract[] => {
  const declared = declarations();
  return catalogue.map((contract: EventContract) => {
    const { type } = contract;
    const [service = "", event = "", version = ""] = type.split(".");
    const about = declared.get(type);
    if (!about) throw new Error(`${type} has no sentence above its defineEvent in packages/events`);
    return {
      ...{ type, service, contract, ...about },
      ...{ name: `${service}.${event}`, version: Number(version.slice(1)) },
    };
  });
};

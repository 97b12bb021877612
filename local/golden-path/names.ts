import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { repositoryRoot } from "../repository.ts";

/** An event that a new service hears: its contract's name, its type on the wire, and the file that it is exported from. */
export type Heard = { name: string; type: string; file: string };

/** A new service, as it was asked for. */
export type NewService = { name: string; hears: Heard[]; owner: string };

/** A name as types and resources have it. */
export const pascal = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}`;

/** Every contract that is exported: `OrderConfirmed`, in which file, and its type. */
const contracts = (): Heard[] =>
  globSync("packages/events/src/*.ts", { cwd: repositoryRoot }).flatMap((path) => {
    const text = readFileSync(join(repositoryRoot, path), "utf8");
    return [...text.matchAll(/^export const (\w+) = defineEvent\(\s*"([\w.]+)"/gm)].map(
      ([, name = "", type = ""]) => ({ name, type, file: path.replaceAll("\\", "/") }),
    );
  });

/** Whether JavaScript keeps a word for itself. */
const isReserved = (name: string) => {
  try {
    new Function(`"use strict"; const ${name} = 1;`);
    return false;
  } catch {
    return true;
  }
};

const nameIn = (name: string) => {
  if (!/^[a-z][a-z0-9]{2,15}$/.test(name))
    throw new CannotStart(
      `A service's name is one word of 3 to 16 small letters and digits, such as loyalty, not "${name}".`,
    );
  // What a service that was taken away by git leaves behind is its node_modules.
  const places = ["services/*/package.json", "infra/*", "packages/*", "packages/events/src/*", "*"];
  const taken = globSync(places, { cwd: repositoryRoot })
    .map((path) =>
      path
        .replace(/[\\/]package\.json$/, "")
        .split(/[\\/]/)
        .at(-1),
    )
    .map((last) => last?.replace(/\..*$/, ""))
    .includes(name);
  if (taken) throw new CannotStart(`There is something called ${name} already.`);
  if (isReserved(name))
    throw new CannotStart(`${name} is a word of JavaScript: no constant may be called so.`);
  return name;
};

/** What is asked for. Throws CannotStart, in one sentence, for a name that is taken, an event that does not exist, no owner. */
export const newServiceOf = (name: string, hears: string, owner: string): NewService => {
  const known = contracts();
  const heard = hears.split(",").map((word) => {
    const found = known.find((one) => [one.name, one.type].includes(word.trim()));
    if (found) return found;
    const names = known.map((one) => one.name).sort();
    throw new CannotStart(`There is no event "${word.trim()}"; there are ${names.join(", ")}.`);
  });
  if (!/^@?[A-Za-z0-9][\w./-]{0,99}$/.test(owner))
    throw new CannotStart(`An owner is a team or a person, such as team-x, not "${owner}".`);
  return { name: nameIn(name), hears: heard, owner: owner.startsWith("@") ? owner : `@${owner}` };
};

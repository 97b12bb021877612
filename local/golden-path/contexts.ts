import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";

/** A bounded context of a checkout, as far as something can be added to it. */
export type Context = {
  name: string;
  /** The file of infra/ that declares what it has, and that file's text. */
  infra: string;
  declares: string;
  /** Its table: the constant in infra/, and its name among the links. Undefined where it has none. */
  table: { constant: string; link: string } | undefined;
  /** The file of its contracts, and the list of those that it publishes; undefined where it publishes nothing. */
  publishes: { file: string; list: string; text: string } | undefined;
};

const textOf = (root: string, file: string) =>
  existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "";

/** The contexts of a checkout, by their names. The payment provider's sandbox plays somebody else's, and is none. */
const contextNames = (root: string): string[] =>
  readdirSync(join(root, "services"))
    .filter((name) => existsSync(join(root, "services", name, "package.json")))
    .filter((name) => name !== "payment-provider")
    .sort();

/** A context of a checkout. Throws CannotStart, with those that there are, where there is none of that name. */
export const contextOf = (root: string, name: string): Context => {
  const known = contextNames(root);
  if (!known.includes(name))
    throw new CannotStart(`There is no context "${name}"; there are ${known.join(", ")}.`);
  const infra = `infra/${name}.ts`;
  const declares = textOf(root, infra);
  const [, constant, link] = /^const (\w+) = table\("(\w+)"/m.exec(declares) ?? [];
  const file = `packages/events/src/${name}.ts`;
  const text = textOf(root, file);
  const [, list] = /^export const (\w+Events) = \[/m.exec(text) ?? [];
  return {
    name,
    infra,
    declares,
    table: constant && link ? { constant, link } : undefined,
    publishes: list ? { file, list, text } : undefined,
  };
};

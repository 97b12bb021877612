import { CannotStart } from "emulator/kernel/refusals";
import { refuseTakenByNpm } from "../taken-by-npm.ts";
import { commands } from "./control.ts";
import type { Told } from "./told.ts";

/** What somebody typed behind `npm run shop --`. */
export type Typed = { line: string; port: string | undefined; help: boolean; json: boolean };

/** All options that a line or its command may have. */
const OPTIONS = {
  port: { type: "string" },
  json: { type: "boolean" },
  "dry-run": { type: "boolean" },
  one: { type: "string" },
  discard: { type: "boolean" },
} as const;

/** Reads the words: what is not ours belongs to the line. Throws CannotStart where there is none. */
export const typed = (args: readonly string[]): Typed => {
  refuseTakenByNpm(OPTIONS, { args });
  const words = [...args];
  const flag = (name: string): boolean => {
    const at = words.indexOf(name);
    if (at >= 0) words.splice(at, 1);
    return at >= 0;
  };
  const at = words.indexOf("--port");
  const port = at < 0 ? undefined : words.splice(at, 2)[1];
  if (at >= 0 && !/^\d+$/.test(port ?? ""))
    throw new CannotStart(`--port is the port of a running shop, not "${port ?? ""}".`);
  const [help, json] = [flag("--help"), flag("--json")];
  const line = words.join(" ").trim();
  if (!help && line === "")
    throw new CannotStart("Say what to do, such as `npm run shop -- pause relay`. Try --help.");
  return { line, port, help, json };
};

/** What --help says: every command, a line each. */
export const help = (): string => {
  const widest = Math.max(...commands.map(({ usage }) => Math.min(usage.length, 34)));
  const lines = commands.map(({ usage, tells }) =>
    usage.length > widest
      ? `  ${usage}\n  ${"".padEnd(widest)}  ${tells}`
      : `  ${usage.padEnd(widest)}  ${tells}`,
  );
  return `Commands a running shop: npm run shop -- pause relay. It answers what was done, and what one should see next.

${lines.join("\n")}

  ${"export FILE".padEnd(widest)}  writes the run into a file: what passed and the kept moments, without secrets;
  ${"".padEnd(widest)}  \`npm start -- --run FILE\` opens it, here or on another machine

  --port <n>   which shop, where several run: a port of its own
  --json       print the answer as one line of JSON
  --help       this text

Every fault and pause ends by itself, after its count or its time on the shop's clock; \`status\` lists them. Exit code 2
where the shop refuses a line, 1 where something broke.
`;
};

/** An answer for a person. */
export const shown = ({ said, next, list = [] }: Told): string =>
  [said, ...list.map((line) => `  ${line}`), `Next: ${next}`].join("\n");

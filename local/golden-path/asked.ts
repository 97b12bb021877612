import { CannotStart } from "emulator/kernel/refusals";
import { goOnUnread, optionsOf } from "../command-line.ts";

/**
 * What a command that makes something was told: one name, and options with a word each. Shows the help and answers undefined
 * where that was asked for. Throws CannotStart, in one sentence, where one that is needed is missing.
 */
export const asked = <Needed extends string, More extends string = never>(
  help: string,
  needed: readonly Needed[],
  more: readonly More[] = [],
): ({ name: string } & Record<Needed, string> & Partial<Record<More, string>>) | undefined => {
  const words = [...needed, ...more].map((option) => [option, { type: "string" }] as const);
  const { values, positionals } = optionsOf({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: { ...Object.fromEntries(words), help: { type: "boolean", short: "h" } },
  });
  goOnUnread();
  if (values.help) return void process.stdout.write(help);
  const [name, ...others] = positionals;
  const told = values as Record<Needed, string> & Partial<Record<More, string>>;
  if (name === undefined || others.length > 0 || needed.some((option) => !told[option])) {
    const all = ["one name", ...needed.map((option) => `--${option}`)];
    throw new CannotStart(`It takes ${new Intl.ListFormat("en-GB").format(all)}. Try --help.`);
  }
  return { name, ...told };
};

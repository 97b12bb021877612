import { CannotStart } from "emulator/kernel/refusals";

type Options = Record<string, { type: "boolean" | "string" }>;

/** What a command is run with, and npm's environment around it. */
type Around = { args?: readonly string[]; env?: NodeJS.ProcessEnv };

/** npm's own settings of the same names: somebody may have them in their .npmrc. */
const npmsOwn = ["only", "json"];

/** npm keeps an option that stands before `--` for itself and only leaves a trace of it. */
const isTaken = (name: string, type: "boolean" | "string", env: NodeJS.ProcessEnv): boolean => {
  const value = npmsOwn.includes(name) ? undefined : env[`npm_config_${name.replaceAll("-", "_")}`];
  return type === "boolean" ? value === "true" : Boolean(value);
};

/** Refuses to go on without options that npm took for itself, in one sentence that says what to type. */
export const refuseTakenByNpm = (
  options: Options,
  { args = process.argv.slice(2), env = process.env }: Around = {},
): void => {
  const { npm_lifecycle_event: script } = env;
  const isSaid = (name: string) =>
    args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  const taken = Object.entries(options).filter(
    ([name, { type }]) => isTaken(name, type, env) && !isSaid(name),
  );
  if (script === undefined || taken.length === 0) return;
  const names = taken.map(([name]) => `--${name}`);
  // Where npm took a name, its word is among the others, nobody knows which.
  const isWhole = taken.every(([, { type }]) => type === "boolean");
  const all = isWhole ? [...args, ...names].join(" ") : `… ${names.join(" … ")} …`;
  const run = script === "start" || script === "test" ? "npm" : "npm run";
  throw new CannotStart(
    `npm took ${new Intl.ListFormat("en-GB").format(names)} for itself, because no \`--\` stands before it: \`${run} ${script} -- ${all}\`.`,
  );
};

import { CannotStart } from "emulator/kernel/refusals";
import { optionsOf } from "../../command-line.ts";
import { whole } from "../options.ts";
import { type Flow, flowNamed, flows } from "./flows.ts";

/** How many faults are put into one run: one, two, or three. */
export type Kind = "singles" | "pairs" | "triples";

/** What `npm run sweep` was told. */
export type Options = {
  help: boolean;
  flows: Flow[];
  kind: Kind;
  triples: number;
  seconds: number | undefined;
  workers: number;
  write: boolean;
};

/** What `npm run sweep -- --help` says. */
export const help = `Runs every flow that an order can take, writes down all I/O points that it passes, and then runs the flow again with
every fault that can befall each of them: once for each. Each run is judged as those of npm run sim are.

npm run sweep -- [options]
  --flow NAME       only this flow: ${flows.map(({ name }) => name).join(", ")}
  --pairs           instead, every two points of a flow, each pair with one fault at either, drawn by its name
  --triples N       instead, N times three points of a flow, by chance, the same each time
  --seconds T       no new run begins after so many seconds; what was run until then is a fair sample
  --workers N       processes (2)
  --write           write what came of it to docs/proof.md

Exit code: 0 when all promises held, 1 when one was broken, 2 for what it was told wrongly. A run that breaks a promise
is told, with the command that runs it again. Ctrl-C ends with what was found so far.
`;

/** Reads the words of the command. Throws CannotStart, with one sentence, for what it does not know. */
export const readOptions = (args: string[]): Options => {
  const { values } = optionsOf({
    args,
    options: {
      help: { type: "boolean", short: "h", default: false },
      pairs: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      flow: { type: "string" },
      triples: { type: "string" },
      seconds: { type: "string" },
      workers: { type: "string", default: "2" },
    },
  });
  const { flow, pairs, triples, seconds, write } = values;
  const chosen = flow === undefined ? flows : [flowNamed(flow)];
  const [first] = chosen;
  if (!first)
    throw new CannotStart(
      `There is no flow "${flow}": there are ${flows.map(({ name }) => name).join(", ")}.`,
    );
  if (pairs && triples !== undefined)
    throw new CannotStart("--pairs and --triples are two things: ask for one of them.");
  if (write && flow !== undefined)
    throw new CannotStart("--write writes about all flows: leave --flow out.");
  return {
    help: values.help,
    flows: chosen as Flow[],
    kind: pairs ? "pairs" : triples === undefined ? "singles" : "triples",
    triples: whole("triples", triples ?? "1", 1, 10_000_000),
    seconds: seconds === undefined ? undefined : whole("seconds", seconds, 1, 86_400),
    workers: whole("workers", values.workers, 1, 64),
    write,
  };
};

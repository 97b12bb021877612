import type { Graph } from "emulator/boot/graph";
import { CannotStart } from "emulator/kernel/refusals";
import { optionsOf, stageNamed } from "../command-line.ts";
import { asRefusal } from "./clients.ts";
import { failureQueues, queueNamed } from "./failure-queues.ts";
import { listAll, redrive, type Surroundings } from "./redrive.ts";
import { findQueues } from "./waiting.ts";

export const help = `Sends on what failed: every queue where something waits for a person, and where it was going.

  npm run redrive                                    every failure queue, and how many messages wait in it
  npm run redrive -- StartFulfilmentDlq --dry-run    what waits there: what it is, why, how old, how often tried
  npm run redrive -- StartFulfilmentDlq              sends it to where it was going, and deletes it here

  --dry-run        changes nothing; a look counts as a receive, and nothing follows from that
  --one <id>       only the message with this id, or with the event of this id
  --discard        with --one: deletes it instead; the record keeps its body
  --stage <name>   on a stage on AWS, with your credentials and region, instead of the running shop
  --port <n>       which running shop, where there are several
  --help           this text

Whoever hears an event twice does it once, so it may be repeated, and cut short at any time: what was not sent is there
again after a quarter of an hour. Every message that went is a line of JSON on standard output, and in
.petstore/redrive.jsonl. Exit code 1 when something stays, 2 when nothing could be done.
`;

/** What somebody wants, from the words after \`npm run redrive --\`. Throws CannotStart, in one sentence. */
export const wishesOf = (args: string[]) => {
  const { values, positionals } = optionsOf({
    args,
    allowPositionals: true,
    options: {
      "dry-run": { type: "boolean", default: false },
      one: { type: "string" },
      discard: { type: "boolean", default: false },
      stage: { type: "string", default: "local" },
      port: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const [name, second] = positionals;
  if (second) throw new CannotStart(`One queue at a time: ${name} or ${second}?`);
  if (values.discard && values.one === undefined)
    throw new CannotStart("--discard takes one message: say which with --one.");
  if (name === undefined && values.one !== undefined)
    throw new CannotStart("Of which queue? `npm run redrive` lists all of them.");
  stageNamed(values.stage);
  return { ...values, dryRun: values["dry-run"], name };
};

export type Wanted = ReturnType<typeof wishesOf>;

/** Does what somebody wants, and answers the exit code. Throws CannotStart, in one sentence, for what whoever runs it can mend. */
export const runRedrive = async (
  { name, stage, ...wishes }: Wanted,
  graph: Graph,
  surroundings: Surroundings,
): Promise<number> => {
  const { clients, say } = surroundings;
  const queues = failureQueues(graph);
  const meant = name === undefined ? queues : [queueNamed(queues, name)];
  try {
    const found = await findQueues(clients.sqs, { app: graph.app, stage }, meant);
    const [queue] = found;
    if (name === undefined || !queue) {
      for (const line of await listAll(found, surroundings)) say(line);
      return 0;
    }
    const { done, stay } = await redrive(queue, { stage, ...wishes }, surroundings);
    if (wishes.dryRun) return 0;
    say(`${done} done, ${stay} left.`);
    return stay > 0 ? 1 : 0;
  } catch (error) {
    throw asRefusal(error);
  }
};

import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { repositoryRoot } from "../repository.ts";
import { type Context, contextOf } from "./contexts.ts";
import { participleIn, wordsOf } from "./words.ts";

/** A new event, as it was asked for: who publishes it, who hears it, and what it says at first. */
export type NewEvent = {
  name: string;
  /** Its name on the wire: "orders.OrderArchived.v1". */
  type: string;
  publisher: Context & { publishes: NonNullable<Context["publishes"]> };
  hearers: Context[];
  /** Its schema, as the file of contracts says it, and the fields in it. */
  shape: { schema: string; fields: string[] };
};

/** AWS gives the name of a rule 64 letters, and a stage may take 31 of them. */
const LONGEST = 64 - `petstore-${"x".repeat(31)}-`.length;

/** What is called after an event that a context hears without a list of its own: a rule, a queue, a function. */
export const hearingName = (event: string, number: number): string =>
  `Hear${event}${number > 1 ? number : ""}`;

/** What names the subject of a publisher's events: the ids that they share, an order's, or a subject's alone. */
const shapeOf = (text: string): NewEvent["shape"] => {
  const [, name, ids = ""] =
    /^const (\w+) = z\.object\(\{\s*((?:\w+: \w+Id(?:\.schema)?,?\s*)+)\}\);$/m.exec(text) ?? [];
  const fields = [...ids.matchAll(/(\w+):/g)].map(([, field = ""]) => field);
  if (name && fields.includes("orderId")) return { schema: name, fields };
  if (text.includes("OrderId.schema"))
    return { schema: "z.object({ orderId: OrderId.schema })", fields: ["orderId"] };
  return { schema: "z.object({ subject: z.string().max(128) })", fields: ["subject"] };
};

/** What the files of contracts declare. */
const taken = (root: string): string[] =>
  globSync("packages/events/src/*.ts", { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/^(?:export )?(?:const|type) (\w+)/gm)].map(
      ([, name = ""]) => name,
    ),
  );

/** What is wrong with a name as an event's, in one sentence; undefined where nothing is. */
const faultOf = (name: string): string | undefined => {
  const words = wordsOf(name);
  if (words.join("") !== name || words.length < 2)
    return `An event's name is two words or more, each with a capital letter, such as OrderArchived, not "${name}".`;
  if (name.length > 30)
    return `An event's name has 30 letters at most, and ${name} has ${name.length}.`;
  if (participleIn(words) < 0)
    return `An event is named for what has happened, such as OrderArchived, and no word of ${name} after the first says that: take one in -ed, or one of the others in local/golden-path/words.ts, where you may add yours.`;
  return undefined;
};

const nameIn = (root: string, name: string) => {
  const fault = faultOf(name);
  if (fault) throw new CannotStart(fault);
  if (taken(root).includes(name))
    throw new CannotStart(`There is something called ${name} in packages/events already.`);
};

/** What of a context takes a new event in: a list of all that it notes, its messages, its view of orders, or nothing yet. */
export const takenInBy = (root: string, name: string, { fields }: NewEvent["shape"]) => {
  if (existsSync(join(root, `services/${name}/src/domain/heard.ts`))) return "list";
  if (name === "notifications") return "messages";
  return name === "read-side" && fields.includes("orderId") ? "order views" : undefined;
};

const hearerOf = (
  root: string,
  word: string,
  { name, from, shape }: { name: string; from: string; shape: NewEvent["shape"] },
) => {
  const hearer = contextOf(root, word);
  if (word === from)
    throw new CannotStart(`${word} publishes ${name}: what a context says it need not hear.`);
  if (takenInBy(root, word, shape)) return hearer;
  if (!hearer.table)
    throw new CannotStart(`${word} has no table: there is nowhere to note what it hears.`);
  if (hearingName(name, 2).length > LONGEST)
    throw new CannotStart(
      `${word} needs a rule that is called after ${name}, and AWS does not take so long a name.`,
    );
  return hearer;
};

/**
 * What is asked for. Throws CannotStart, in one sentence, for a name that is taken or is no event's, and for contexts that there
 * are not, that publish nothing, or that would hear themselves.
 */
export const newEventOf = (
  name: string,
  from: string,
  heardBy: string | undefined,
  root = repositoryRoot,
): NewEvent => {
  nameIn(root, name);
  const publisher = contextOf(root, from);
  const { publishes } = publisher;
  if (!publishes)
    throw new CannotStart(
      `${from} publishes nothing, for it has no outbox: \`npm run new-service\` makes a context that has one.`,
    );
  const shape = shapeOf(publishes.text);
  const words = (heardBy ?? "").split(",").map((word) => word.trim());
  const hearers = [...new Set(words)]
    .filter((word) => word !== "")
    .map((word) => hearerOf(root, word, { name, from, shape }));
  const type = `${from}.${name}.v1`;
  return {
    ...{ name, type, hearers, shape },
    publisher: { ...publisher, publishes },
  };
};

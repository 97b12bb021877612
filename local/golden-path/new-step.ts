import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { repositoryRoot } from "../repository.ts";
import { type Context, contextOf } from "./contexts.ts";
import { camel, kebab, wordsOf } from "./words.ts";

/** A ladder as its file has it: its steps in their order, what undoes each, and which of them is the pivot. */
type Ladder = {
  saga: "FulfilOrder" | "ReturnOrder";
  file: string;
  steps: string[];
  undos: (string | undefined)[];
  pivot: number;
};

/** What undoes a step after the pivot, where that is another than before it. */
const LATE_UNDO: Record<string, string> = { ReserveStock: "ReturnStock" };

/** A new step of a saga, as it was asked for. */
export type NewStep = {
  name: string;
  /** What undoes it; nothing does where it stands after the pivot. */
  undo: string | undefined;
  after: string;
  ladder: Ladder;
  /** The ladder of orders that are on their way back after the pivot. */
  wayBack: Ladder;
  /** The step of the way back before which it is undone there: the undo of what was done before it. */
  undoneBefore: string | undefined;
  context: Context & { table: NonNullable<Context["table"]> };
};

const LONGEST = 64 - "petstore-twelveletter-Function".length;

const ladderOf = (root: string, saga: Ladder["saga"]): Ladder => {
  const file = `services/orders/src/saga/${kebab(saga)}.ts`;
  const text = readFileSync(join(root, file), "utf8");
  const rungs = [...text.matchAll(/\{ do: "(\w+)"((?:[^{}]|\{[^{}]*\})*)\}/g)];
  return {
    ...{ saga, file },
    steps: rungs.map(([, step = ""]) => step),
    undos: rungs.map(
      ([, step = "", more = ""]) => LATE_UNDO[step] ?? /undo: "(\w+)"/.exec(more)?.[1],
    ),
    pivot: rungs.findIndex(([, , more = ""]) => more.includes("pivot:")),
  };
};

const nameIn = (root: string, name: string, context: Context) => {
  const words = wordsOf(name);
  if (words.join("") !== name || words.length < 2 || name.length > LONGEST)
    throw new CannotStart(
      `A step is named as a command of two words or more, such as WrapGift, not "${name}".`,
    );
  const graph = readFileSync(join(root, "infra/graph.json"), "utf8");
  const files = [`handlers/${kebab(name)}`, `domain/${kebab(name)}`, `adapters/${kebab(name)}`];
  const isTaken =
    graph.includes(`"${name}Function"`) ||
    graph.includes(`\\"${name}\\"`) || // a state of a saga
    globSync(`packages/events/schemas/*.${name}.v*.json`, { cwd: root }).length > 0 ||
    files.some((file) => existsSync(join(root, `services/${context.name}/src/${file}.ts`))) ||
    context.declares.includes(`const ${camel(name)} =`);
  if (isTaken) throw new CannotStart(`There is something called ${name} already.`);
};

/** What the orders' sagas are made of cannot be made of them. */
const placeIn = (root: string, name: string): NewStep["context"] => {
  const context = contextOf(root, name);
  const { table, declares, infra } = context;
  if (declares.includes('"./orders.ts"'))
    throw new CannotStart(
      `${infra} is made of what infra/orders.ts declares, and comes after the sagas: no step of them can be in ${name}.`,
    );
  if (!table)
    throw new CannotStart(`${name} has no table: there is nowhere to note that the step is done.`);
  return { ...context, table };
};

/** What is done last is undone first: before the undo of the nearest step above that has one on the way back. */
const undoneBefore = ({ steps, undos }: Ladder, after: string, wayBack: Ladder) =>
  undos
    .slice(0, steps.indexOf(after) + 1)
    .findLast((undo) => undo !== undefined && wayBack.steps.includes(undo));

/**
 * What is asked for. Throws CannotStart, in one sentence, for a name that is taken, a step or context that there is not, a step
 * before the pivot without an undo, and one after it with one.
 */
export const newStepOf = (
  name: string,
  { after, undo, place }: { after: string; undo: string | undefined; place: string },
  root = repositoryRoot,
): NewStep => {
  const wayBack = ladderOf(root, "ReturnOrder");
  const ladders = [ladderOf(root, "FulfilOrder"), wayBack];
  const ladder = ladders.find(({ steps }) => steps.includes(after));
  if (!ladder) {
    const all = ladders.flatMap(({ steps }) => steps).join(", ");
    throw new CannotStart(`There is no step "${after}" to stand after; there are ${all}.`);
  }
  const { saga, steps, pivot } = ladder;
  if (saga === "ReturnOrder" && after === steps.at(-1))
    throw new CannotStart(
      `${after} ends the order, and nobody looks after it any more: a step goes before it.`,
    );
  const isLate = pivot < 0 || steps.indexOf(after) >= pivot;
  if (isLate && undo)
    throw new CannotStart(
      pivot < 0
        ? `${saga} has no way back: its steps are tried until they are done, and ${undo} would never be called.`
        : `After the pivot, ${steps[pivot]}, there is no way back: steps are tried until they are done, and ${undo} would never be called.`,
    );
  if (!isLate && !undo)
    throw new CannotStart(
      `${name} would stand before the pivot, ${steps[pivot]}, where an order may still turn back: say what undoes it, with --undo.`,
    );
  const context = placeIn(root, place);
  nameIn(root, name, context);
  if (undo) nameIn(root, undo, context);
  if (undo === name) throw new CannotStart(`${name} cannot undo itself.`);
  return {
    ...{ name, undo, after, ladder, wayBack, context },
    undoneBefore: undo && undoneBefore(ladder, after, wayBack),
  };
};

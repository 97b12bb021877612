/** A state of a definition in Amazon States Language, as far as a ladder shows it. */
export type State = {
  Type: string;
  Resource?: string;
  Next?: string;
  End?: boolean;
  Default?: string;
  Catch?: { ErrorEquals: string[]; Next: string }[];
  Retry?: { ErrorEquals: string[]; MaxAttempts?: number }[];
  Choices?: { Condition?: string; Next: string }[];
};

/** A deployed definition. */
export type Definition = { StartAt: string; Comment?: string; States: Record<string, State> };

/** A state, and where it stands on the ladder: steps go down on the left, undos up on the right. */
export type Rung = {
  name: string;
  side: "step" | "undo" | "person";
  row: number;
  pivot?: true;
  /** Its answer comes later, by a task token. */
  waits?: true;
};

/** A way from one state to another. */
export type Way = { from: string; to: string; kind: "next" | "caught" };

/** A ladder drawn from a definition. */
export type Ladder = { rungs: Rung[]; ways: Way[]; rows: number };

const chain = ({ States }: Definition, from: string | undefined): string[] => {
  const names: string[] = [];
  for (let at = from; at && States[at] && !names.includes(at); at = States[at]?.Next)
    names.push(at);
  return names;
};

/** Every state that can come after one. */
const after = ({ Next, Default, Catch = [], Choices = [] }: State): string[] => [
  ...(Next ? [Next] : []),
  ...(Default ? [Default] : []),
  ...Catch.map((one) => one.Next),
  ...Choices.map((one) => one.Next),
];

/**
 * Reads a ladder from a definition: the steps are the way on which nothing is caught; what a choice leads to by the name
 * of a failed step undoes that step; the pivot is the last step that can still be gone back from.
 */
export const ladderOf = (definition: Definition): Ladder => {
  const { States } = definition;
  const steps = chain(definition, definition.StartAt);
  const turn = States[steps[0] ?? ""]?.Catch?.map((one) => one.Next).find(
    (name) =>
      States[name]?.Next !== undefined &&
      after(States[name] as State).some((next) => States[next]?.Type === "Choice"),
  );
  const turns = (name: string) => States[name]?.Catch?.some((one) => one.Next === turn);
  const pivot = turn === undefined ? undefined : steps.filter(turns).at(-1);
  const rowOf = new Map(steps.map((name, i) => [name, i + 1]));

  const undos = new Map<string, number>();
  const choice = turn === undefined ? undefined : States[turn]?.Next;
  for (const { Condition = "", Next } of States[choice ?? ""]?.Choices ?? []) {
    const step = steps.find((name) => Condition.includes(`"${name}"`));
    if (step && !undos.has(Next) && [...undos.keys()].every((known) => known !== Next))
      undos.set(Next, rowOf.get(step) ?? 0);
  }
  // Where several steps lead to one undo, it belongs to the first of them.
  for (const name of chain(definition, [...undos.keys()][0]))
    if (!undos.has(name)) undos.set(name, 0);
  const pivotRow = rowOf.get(pivot ?? "") ?? 0;
  if (turn) undos.set(turn, pivotRow);

  const rungs: Rung[] = steps.map((name, i) => ({
    name,
    side: "step",
    row: i + 1,
    ...(name === pivot && { pivot: true as const }),
    ...(States[name]?.Resource?.endsWith(".waitForTaskToken") && { waits: true as const }),
  }));
  for (const [name, row] of undos) rungs.push({ name, side: "undo", row });
  const placed = new Set(rungs.map(({ name }) => name));
  const rest = Object.keys(States).filter(
    (name) => !placed.has(name) && States[name]?.Type !== "Choice",
  );
  const last = steps.length;
  rest.forEach((name, i) => {
    rungs.push({ name, side: "person", row: Math.max(1, last - rest.length + 1 + i) });
  });

  const shown = new Set(rungs.map(({ name }) => name));
  const ways: Way[] = [];
  const add = (way: Way) => {
    if (
      shown.has(way.from) &&
      shown.has(way.to) &&
      !ways.some((one) => one.from === way.from && one.to === way.to)
    )
      ways.push(way);
  };
  for (const { name } of rungs) {
    const state = States[name] as State;
    for (const to of state.Next ? [state.Next] : [])
      if (States[to]?.Type === "Choice")
        for (const next of after(States[to] as State)) add({ from: name, to: next, kind: "next" });
      else add({ from: name, to, kind: "next" });
    for (const { Next } of state.Catch ?? []) add({ from: name, to: Next, kind: "caught" });
  }
  return { rungs, ways, rows: Math.max(...rungs.map(({ row }) => row), 1) + 1 };
};

import type { Answer, Change, OrderData, OrderRow, Step, Version } from "./told.ts";

/** A row as it stood after a step, and what that step did to it. */
export type Standing = {
  row: OrderRow;
  version: Version;
  /** What the step did to it, where it is the step's own row. */
  did?: Step["did"];
  raw: readonly Change[];
  entity: readonly Change[];
  /** It was changed again since, for other orders. */
  moved?: true;
};

/** Everything as it stood after a step. */
export type Picture = {
  standing: Standing[];
  answer: Answer | undefined;
  answerChanges: readonly Change[];
  step: Step | undefined;
};

/** Steps in the order in which they happened, each once, whatever order they came in. */
export const inOrder = (steps: readonly Step[]): Step[] =>
  [...new Map(steps.map((step) => [step.seq, step])).values()].sort((a, b) => a.seq - b.seq);

const NONE: readonly Change[] = [];

/** How an order's rows stood after so many of its steps; 0 is before the first. A row that the last step deleted is still shown. */
export const pictureAt = (data: OrderData, count: number): Picture => {
  const steps = inOrder(data.steps);
  const done = steps.slice(0, count);
  const step = done.at(-1);
  const versions = new Map<string, Version | undefined>(Object.entries(data.base));
  let answer = data.baseAnswer;
  for (const { row, after, answer: changed } of done) {
    versions.set(row, after);
    if (changed) answer = changed.now;
  }
  const isNow = done.length === steps.length;
  const standing = data.rows.flatMap((row): Standing[] => {
    const isOwn = step?.row === row.id;
    const version = versions.get(row.id) ?? (isOwn ? step.before : undefined);
    if (!version) return [];
    const own = isOwn ? { did: step.did, raw: step.raw, entity: step.entity } : undefined;
    const moved = isNow && !own ? data.moved[row.id] : undefined;
    return [
      {
        row,
        version: moved ?? version,
        raw: NONE,
        entity: NONE,
        ...own,
        ...(isNow && data.moved[row.id] && { moved: true as const }),
      },
    ];
  });
  return { standing, answer, answerChanges: step?.answer?.changes ?? NONE, step };
};

/** What a change did: "+" something came, "−" something went, "~" something is another. */
export const signOf = ({ before, after }: Change): "+" | "−" | "~" =>
  before === undefined ? "+" : after === undefined ? "−" : "~";

const missing = (from: readonly unknown[], other: readonly unknown[]) => {
  const there = new Set(other.map((one) => JSON.stringify(one)));
  return from.filter((one) => !there.has(JSON.stringify(one)));
};

/** A change as short as it can be told: of two lists, what only one of them has. */
export const shortly = (change: Change): Change => {
  const { path, before, after } = change;
  if (!Array.isArray(before) || !Array.isArray(after)) return change;
  const [gone, come] = [missing(before, after), missing(after, before)];
  if (gone.length + come.length === 0) return change;
  const one = (list: unknown[]) => (list.length === 1 ? list[0] : list);
  return {
    path,
    ...(gone.length > 0 && { before: one(gone) }),
    ...(come.length > 0 && { after: one(come) }),
  };
};

/** The changes at an attribute and below it. */
export const changesAt = (changes: readonly Change[], name: string): Change[] =>
  changes.filter(({ path }) => path === name || path.startsWith(`${name}.`));

/** The rows that belong together with a row: itself, what is made of it, and what it is made of. */
export const togetherWith = (rows: readonly OrderRow[], id: string | undefined): Set<string> => {
  if (id === undefined) return new Set();
  const own = rows.find((row) => row.id === id)?.mirrors ?? [];
  return new Set([
    id,
    ...own,
    ...rows.filter(({ mirrors }) => mirrors.includes(id)).map((row) => row.id),
  ]);
};

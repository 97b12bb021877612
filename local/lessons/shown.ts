import { type Patch, patched } from "emulator/runtime/patch";

/** So many lines are shown around what is changed. */
const AROUND = 2;

/** A line that is longer is no code: of it only what changes is shown. */
const LONGEST = 200;

type Line = { mark: " " | "-" | "+"; text: string };

/** How many lines go, and how many come, before two texts are the same again; the fewest. */
const untilSame = (before: readonly string[], after: readonly string[]): [number, number] => {
  for (let sum = 1; sum < before.length + after.length; sum++)
    for (let gone = Math.min(sum, before.length); gone >= 0; gone--)
      if (before[gone] !== undefined && before[gone] === after[sum - gone])
        return [gone, sum - gone];
  return [before.length, after.length];
};

/** Every line of two texts, with a mark at those that only one of them has. */
const linesOf = (before: string[], after: string[]): Line[] => {
  const lines: Line[] = [];
  const add = (mark: Line["mark"], some: string[]) =>
    lines.push(...some.map((text) => ({ mark, text })));
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (before[i] === after[j] && i < before.length) {
      add(" ", [before[i] as string]);
      [i, j] = [i + 1, j + 1];
      continue;
    }
    const [gone, come] = untilSame(before.slice(i), after.slice(j));
    add("-", before.slice(i, i + gone));
    add("+", after.slice(j, j + come));
    [i, j] = [i + gone, j + come];
  }
  return lines;
};

/** Where something is changed: the line of the new text at which that begins, counted from one, and the lines around it. */
type Place = { line: number; lines: Line[] };

const placesOf = (before: string, after: string): Place[] => {
  const all = linesOf(before.split(/\r?\n/), after.split(/\r?\n/));
  const isNear = (at: number) =>
    all.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ mark }) => mark !== " ");
  const places: Place[] = [];
  let number = 1;
  for (const [at, line] of all.entries()) {
    if (isNear(at)) {
      if (at === 0 || !isNear(at - 1)) places.push({ line: 0, lines: [] });
      const place = places.at(-1) as Place;
      place.lines.push(line);
      if (place.line === 0 && line.mark !== " ") place.line = number;
    }
    if (line.mark !== "-") number += 1;
  }
  return places;
};

const indented = (lines: readonly Line[]) =>
  lines.map(({ mark, text }) => `    ${mark} ${text}`.trimEnd());

/** How a place in a file is named. */
type Named = (file: string, line: number) => string;

/** Only what a patch takes away and puts there, of lines that nobody can read. */
const fragments = (text: string, patches: readonly Patch[], named: Named): string[] => {
  let now = text;
  return patches.flatMap((patch) => {
    const { file, find, replace } = patch;
    const line = now.slice(0, now.indexOf(find)).split("\n").length;
    now = patched(now, [patch]);
    const marked = (mark: Line["mark"], part: string) =>
      part.split("\n").map((one) => ({ mark, text: one }));
    return [
      `  ${named(file, line)}`,
      ...indented(marked("-", find)),
      ...indented(marked("+", replace)),
    ];
  });
};

/** What patches change in a file's text, as one reads it: where that is, and the lines around it. */
const shownIn = (text: string, patches: readonly Patch[], named: Named): string[] => {
  const places = placesOf(text, patched(text, patches));
  const isLong = places.some(({ lines }) => lines.some(({ text }) => text.length > LONGEST));
  if (isLong) return fragments(text, patches, named);
  const { file = "" } = patches[0] ?? {};
  return places.flatMap(({ line, lines }) => [`  ${named(file, line)}`, ...indented(lines)]);
};

/** What patches change, as one reads it: in which file and line, and the lines around it. `textOf` has the files as they were. */
export const shownChanges = (
  patches: readonly Patch[],
  { textOf, named }: { textOf: (file: string) => string; named: Named },
): string =>
  [...Map.groupBy(patches, ({ file }) => file)]
    .flatMap(([file, its]) => shownIn(textOf(file), its, named))
    .join("\n");

import { structuredPatch } from "diff";
import { type Patch, patched } from "emulator/runtime/patch";

/** So many lines are shown around what is changed. */
const AROUND = 2;

/** A line that is longer is no code: of it only what changes is shown. */
const LONGEST = 200;

const indented = (marked: readonly string[]) =>
  marked.map((line) => `    ${line.slice(0, 1)} ${line.slice(1)}`.trimEnd());

/** How a place in a file is named. */
type Named = (file: string, line: number) => string;

/** Only what a patch takes away and puts there, of lines that nobody can read. */
const fragments = (text: string, patches: readonly Patch[], named: Named): string[] => {
  let now = text;
  return patches.flatMap((patch) => {
    const { file, find, replace } = patch;
    const line = now.slice(0, now.indexOf(find)).split("\n").length;
    now = patched(now, [patch]);
    const marked = (mark: "-" | "+", part: string) => part.split("\n").map((one) => mark + one);
    return [
      `  ${named(file, line)}`,
      ...indented(marked("-", find)),
      ...indented(marked("+", replace)),
    ];
  });
};

/** What patches change in a file's text, as one reads it: the line at which one finds it afterwards, and the lines around it. */
const shownIn = (text: string, patches: readonly Patch[], named: Named): string[] => {
  const { file = "" } = patches[0] ?? {};
  const after = patched(text, patches);
  const lines = (whole: string) => `${whole.trimEnd()}\n`; // or its last line would be told to have no end
  const { hunks } = structuredPatch(file, file, lines(text), lines(after), "", "", {
    context: AROUND,
    stripTrailingCr: true,
  });
  if (hunks.some(({ lines }) => lines.some((line) => line.length > LONGEST)))
    return fragments(text, patches, named);
  return hunks.flatMap(({ newStart, lines }) => {
    const first = newStart + lines.findIndex((line) => !line.startsWith(" "));
    return [`  ${named(file, first)}`, ...indented(lines)];
  });
};

/** What patches change, as one reads it: in which file and line, and the lines around it. `textOf` has the files as they were. */
export const shownChanges = (
  patches: readonly Patch[],
  { textOf, named }: { textOf: (file: string) => string; named: Named },
): string =>
  [...Map.groupBy(patches, ({ file }) => file)]
    .flatMap(([file, its]) => shownIn(textOf(file), its, named))
    .join("\n");

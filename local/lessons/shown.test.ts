import { expect, it } from "vitest";
import { shownChanges } from "./shown.ts";

const lines = Array.from({ length: 12 }, (_, i) => `line ${i + 1}`);
const text = lines.join("\n");
const shown = (...patches: [find: string, replace: string][]) =>
  shownChanges(
    patches.map(([find, replace]) => ({ file: "a.ts", find, replace })),
    { textOf: () => text, named: (file, line) => `${file}:${line}` },
  );

it("a change is shown with its file, its line, and two lines around it", () => {
  expect(shown(["e 5", "e five"])).toBe(
    [
      ...["  a.ts:5", "      line 3", "      line 4"],
      ...["    - line 5", "    + line five", "      line 6", "      line 7"],
    ].join("\n"),
  );
});

it("of several changes each has the line at which one finds it afterwards", () => {
  const places = shown(["line 11", "line eleven"], ["line 2\n", ""], ["line 5", "line 5\nmore"])
    .split("\n")
    .filter((line) => line.startsWith("  a.ts"));
  expect(places).toEqual(["  a.ts:2", "  a.ts:11"]);
});

it("of lines that are too long to be read only what changes is shown", () => {
  const long = `"${"x".repeat(300)}": "sqs:*"`;
  const said = shownChanges([{ file: "graph.json", find: "sqs:*", replace: "sqs:SendMessage" }], {
    textOf: () => `{\n${long}\n}`,
    named: (file, line) => `${file}:${line}`,
  });
  expect(said).toBe("  graph.json:2\n    - sqs:*\n    + sqs:SendMessage");
});

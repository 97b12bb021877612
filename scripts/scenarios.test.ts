import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  coverageOf,
  NUMBER,
  numbersIn,
  PAGE,
  rowsOf,
  unknownNumbers,
  untested,
  withTests,
} from "./scenario-table.ts";
import { allTitles, titlesIn } from "./test-titles.ts";

const page = readFileSync(PAGE, "utf8");
const titles = allTitles(NUMBER);

describe("the table of scenarios", () => {
  it("has every number once, in order", () => {
    const two = (n: number) => String(n).padStart(2, "0");
    const stages = [..."abcdefgh"].map((letter) => `F${62}${letter}`);
    const scenarios = Array.from({ length: 68 }, (_, i) => `F${two(i + 1)}`);
    scenarios.splice(62, 0, ...stages);
    const invariants = Array.from({ length: 19 }, (_, i) => `I${i + 1}`);
    expect([...rowsOf(page).keys()]).toEqual([...scenarios, ...invariants]);
  });

  it("has a test for every number", () => {
    expect(untested(page, titles)).toEqual([]);
  });

  it("has every number that a test names", () => {
    expect(unknownNumbers(page, titles)).toEqual([]);
  });
});

describe("a number in a title", () => {
  it.each([
    ["does nothing", []],
    ["F20 F64 send one e-mail", ["F20", "F64"]],
    ["is refused when forged (F56)", ["F56"]],
    ["is recorded once (F51, F53)", ["F51", "F53"]],
    ["F62a cancelled early", ["F62a"]],
    ["F62b-d cancelled later", ["F62b", "F62c", "F62d"]],
    ["is refunded, once (F62 f, h)", ["F62f", "F62h"]],
    ["F62 a customer who cancels", ["F62"]],
    ["holds 60 I/O calls, F5 and 0xF62 apart", []],
  ])("is read from %j", (title, numbers) => {
    expect(numbersIn(title)).toEqual(numbers);
  });

  it("is found in groups, tests and the rows of tables, and not where it is skipped or only expected", () => {
    const source = `
      describe("F01 a group", () => {
        it("F02 a test", () => expect(text).toBe("F03 no title"));
        it.skip("F04 skipped", () => {});
        test.each<[string, number]>([["F05 a row", 1], ["another", 2]])("what %s does", () => {});
      });
      it(\`F06 \${count} things\`, () => {});
      it.todo("F07 some day");
    `;
    expect(titlesIn("a.test.ts", source, NUMBER).map(({ text }) => text)).toEqual([
      "F01 a group",
      "F01 a group › F02 a test",
      "F01 a group › what … does",
      "F01 a group › what F05 a row does",
      "F06 … things",
    ]);
  });
});

describe("a table of two", () => {
  const row = (number: string, tests: string) => `| ${number} | when | then | ${tests} |`;
  const table = [row("F01", "[F01 once](../a.test.ts)"), row("F02", "no test")].join("\n");
  const title = (text: string) => ({ file: "a.test.ts", text });

  it("shows what has a test, and says honestly what has none", () => {
    const told = withTests(table, [title("a group › F02 now")]);
    expect(told).toBe(
      [row("F01", "no test"), row("F02", "[a group › F02 now](../a.test.ts)")].join("\n"),
    );
    expect(coverageOf(table, [title("F02 now")]).get("F02")).toHaveLength(1);
  });

  it("is read and written alike, however it is padded", () => {
    const padded = "| F01  | when      | then | not yet      |";
    expect(withTests(padded, [title("F01")])).toBe(row("F01", "[F01](../a.test.ts)"));
    expect(withTests(padded, [])).toBe(row("F01", "no test"));
  });

  it("tells which number has no test, and which was never there", () => {
    expect(untested(table, [title("F02 now")])).toEqual(["F01"]);
    expect(untested(table, [title("F01 F02 both")])).toEqual([]);
    expect(unknownNumbers(table, [title("F03 what")])).toEqual(["F03 in a.test.ts: F03 what"]);
  });
});

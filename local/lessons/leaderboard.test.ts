import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { enter, standings } from "./leaderboard.ts";

const folder = mkdtempSync(join(tmpdir(), "leaderboard-"));
const file = join(folder, "class.jsonl");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = "2026-11-29T10:00:00.000Z";

describe("the leaderboard of a class", () => {
  it("has everybody once, by what they entered last, best first", () => {
    enter(file, "Ada", { "01": { broken: at } });
    enter(file, "Grace", { "01": { broken: at, solved: at }, "03": { solved: at } });
    enter(file, "Ada", { "01": { broken: at, solved: at } });
    expect(standings(file).rows).toMatchObject([
      { name: "Grace", solved: 2, broken: 1 },
      { name: "Ada", solved: 1, broken: 1 },
    ]);
  });

  it("goes on past lines that are none, and counts them", () => {
    appendFileSync(file, '{"name":"Eve","do\nnot json\n{"name":"","at":"x","done":{}}\n');
    const { rows, unread } = standings(file);
    expect(rows).toHaveLength(2);
    expect(unread).toBe(3);
  });

  it("refuses a name that is none, and a file that cannot be written", () => {
    expect(() => enter(join(folder, "no", "such"), "Ada", {})).toThrow(/cannot be written/);
    expect(() => enter(file, "  ", {})).toThrow(/A name has 1 to 40 characters/);
  });
});

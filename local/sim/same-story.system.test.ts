import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { tellSameStory } from "./same-story.ts";

const module = JSON.stringify(new URL("./same-story.ts", import.meta.url));

/** The same story, told by another process in another folder. */
const toldElsewhere = async (seed: number) => {
  const script = `const { tellSameStory } = await import(${module});
    console.log(JSON.stringify(await tellSameStory(${seed})));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { cwd: tmpdir() },
  );
  return JSON.parse(stdout);
};

describe("one seed", () => {
  it("is one story, byte for byte, in this process and in another one", async () => {
    const told = await tellSameStory(7);
    expect(told.entries).toBeGreaterThan(2000);
    expect(await toldElsewhere(7)).toEqual(told);
    expect(await tellSameStory(7)).toEqual(told);
  });

  it("is not the story of another seed", async () => {
    expect((await tellSameStory(8)).hash).not.toBe((await tellSameStory(7)).hash);
  });
});

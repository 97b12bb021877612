import { describe, expect, it } from "vitest";
import { flows } from "./flows.ts";
import { readOptions } from "./options.ts";

const refusal = (...words: string[]) => {
  try {
    readOptions(words);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
};

describe("npm run sweep is told", () => {
  it("nothing: it runs every single fault of all flows", () => {
    expect(readOptions([])).toMatchObject({ flows, kind: "singles", workers: 2, write: false });
  });

  it("one flow, pairs, triples", () => {
    expect(readOptions(["--flow", "decline"]).flows.map(({ name }) => name)).toEqual(["decline"]);
    expect(readOptions(["--pairs"]).kind).toBe("pairs");
    expect(readOptions(["--triples", "500"])).toMatchObject({ kind: "triples", triples: 500 });
  });

  it.each([
    [["--flow", "teleport"], /^There is no flow "teleport": there are happy, decline, .*\.$/],
    [["--flow", ""], /^There is no flow "": /],
    [["--pairs", "--triples", "5"], /^--pairs and --triples are two things/],
    [["--triples", "0"], /^--triples is a whole number from 1 to/],
    [["--seconds", "soon"], /^--seconds is a whole number/],
    [["--workers", "0"], /^--workers is a whole number/],
    [["--write", "--flow", "happy"], /^--write writes about all flows/],
    [["--fast"], /--fast.*Try --help\.$/],
    [["happy"], /Try --help\.$/],
  ])("%j: it says in one sentence what it does not understand", (words, sentence) => {
    expect(refusal(...words)).toMatch(sentence);
    expect(refusal(...words)).not.toContain("\n");
  });
});

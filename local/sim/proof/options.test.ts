import { describe, expect, it } from "vitest";
import { partNames, readOptions } from "./options.ts";

describe("what npm run proof is told", () => {
  it("is an hour, everything, two processes", () =>
    expect(readOptions([])).toEqual({
      ...{ help: false, again: false, hours: 1, workers: 2 },
      only: [...partNames],
    }));

  it("can be a part of an hour and some of the parts", () =>
    expect(readOptions(["--hours", "0.25", "--only", "pairs,fuzz", "--again"])).toMatchObject({
      ...{ hours: 0.25, only: ["pairs", "fuzz"], again: true },
    }));

  it.each([
    ["--hours 0", '--hours is a number above 0 and up to 1000, not "0".'],
    ["--hours 1h", '--hours is a number above 0 and up to 1000, not "1h".'],
    ["--only pairs,all", /^There is no part "all": there are seeds, /],
    ["--workers 0", '--workers is a whole number from 1 to 64, not "0".'],
    ["--nights 2", /^Unknown option '--nights'/],
  ])("is not %s: that is told in a sentence", (words, sentence) =>
    expect(() => readOptions(words.split(" "))).toThrow(sentence),
  );
});

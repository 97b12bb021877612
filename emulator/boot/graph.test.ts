import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CannotStart } from "../kernel/refusals.ts";
import { readGraph } from "./graph.ts";

const file = (content: string | Uint8Array) => {
  const path = join(mkdtempSync(join(tmpdir(), "graph-")), "graph.json");
  writeFileSync(path, content);
  return path;
};
const said = (path: string, cure?: string) => {
  try {
    readGraph(path, cure);
  } catch (error) {
    if (error instanceof CannotStart) return error.message.replace(path, "It");
    throw error;
  }
  return "read";
};
const deep = "[".repeat(30_000) + "]".repeat(30_000);
const withResource = (resource: string) =>
  file(`{"version":1,"app":"acme","stage":"test","functions":[],"resources":[${resource}]}`);

test.each([
  ["nothing", () => file(""), "It cannot be read: "],
  ["half of one", () => file('{"version":1'), "It cannot be read: "],
  ["no text", () => file(new Uint8Array([0, 255, 254])), "It cannot be read: "],
  ["lists without a bottom", () => file(deep), "It cannot be read: it goes deeper than 1000"],
  ["a version without a bottom", () => file(`{"version":${deep}}`), "It cannot be read: it goes"],
  [
    "inputs without a bottom",
    () => withResource(`{"type":"a","name":"b","inputs":{"x":${deep}}}`),
    "It cannot be read: it goes deeper than 1000 lists and objects.",
  ],
  ["a resource that is a list", () => withResource("[]"), "It has a resource without type or name"],
  [
    "inputs that are a list",
    () => withResource('{"type":"a","name":"b","inputs":[]}'),
    "It has no inputs for a b.",
  ],
])("%s is no graph: one sentence says so", (_what, make, sentence) => {
  const words = said(make());
  expect(words).toContain(sentence);
  expect(words.split("\n")).toHaveLength(1);
});

test("a graph that is missing is said with what to do", () => {
  expect(said("nowhere.json")).toBe("It is missing.");
  expect(said("nowhere.json", "write it with `make`")).toBe("It is missing: write it with `make`.");
});

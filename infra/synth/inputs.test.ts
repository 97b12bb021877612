import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inputsHash, staleness } from "./inputs.ts";

const repository = join(import.meta.dirname, "..", "..");
const graph = JSON.parse(readFileSync(join(repository, "infra/graph.json"), "utf8"));
const ladder = "services/orders/src/saga/fulfil-order.ts";

describe("the graph's inputs", () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "petstore-inputs-"));
    const filter = (path: string) => !path.includes(".sst");
    for (const part of ["infra", "packages", "services", "emulator/package.json", "sst.config.ts"])
      cpSync(join(repository, part), join(root, part), {
        recursive: true,
        verbatimSymlinks: true, // which lead to other packages of the copy
        filter,
      });
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"), "junction");
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const edit = (file: string, change: (text: string) => string) => {
    const path = join(root, file);
    const before = readFileSync(path, "utf8");
    writeFileSync(path, change(before));
    expect(readFileSync(path, "utf8")).not.toBe(before);
    return () => writeFileSync(path, before);
  };

  it("are those that the committed graph was made of", () => {
    expect(inputsHash(root)).toBe(graph.inputs);
    expect(staleness(graph, root)).toBeUndefined();
  });

  it.each([
    ["a saga", ladder, '{ do: "CommitStock" },', ""],
    ["the saga's compiler", "packages/core/src/saga-retries.ts", "States.", "State."],
    ["infra/", "infra/patterns/queue.ts", "ATTEMPTS = 5", "ATTEMPTS = 6"],
    [
      "a contract that infra/ subscribes to",
      "packages/events/src/orders.ts",
      "OrderPlaced.v2",
      "OrderPlaced.v3",
    ],
    ["what makes the graph", "infra/synth/aws.ts", "us-east-1", "us-west-2"],
  ])("changed with %s: it says at once what to do", (_what, file, text, other) => {
    const undo = edit(file, (before) => before.replace(text, other));
    expect(staleness(graph, root)).toBe(
      "infra/ or a saga changed since infra/graph.json was made of them: run `npm run synth`.",
    );
    undo();
    expect(staleness(graph, root)).toBeUndefined();
  });

  it.each([
    ["line ends", ladder, (text: string) => text.replaceAll("\n", "\r\n")],
    ["a comment", ladder, (text: string) => `// Read this first.\n${text}`],
    [
      "a letter's wording",
      "services/notifications/src/domain/templates.ts",
      (text: string) => text.replaceAll("Hello", "Good day"),
    ],
  ])("are the same with other %s", (_what, file, change) => {
    const undo = edit(file, change);
    expect(staleness(graph, root)).toBeUndefined();
    undo();
  });

  it("that do not compile are said with file and line", () => {
    const undo = edit(ladder, (text) => `${text}\nexport const = 1;\n`);
    expect(staleness(graph, root)).toMatch(
      /^infra\/ does not compile: .*fulfil-order\.ts:\d+:\d+/s,
    );
    undo();
  });
});

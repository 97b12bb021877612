import { describe, expect, it } from "vitest";
import { writtenOf } from "./written.ts";

const written = (stage: string, out?: string) =>
  Object.values(writtenOf(stage, out)).filter((file) => file !== undefined);

describe("what an evaluation is written to", () => {
  it("is the graph, the types and the page of costs, for our own stage", () =>
    expect(written("local")).toEqual(["infra/graph.json", "sst-env.d.ts", "docs/deploy.md"]));

  it("is nothing of another stage, but the file that was asked for", () => {
    expect(written("ada")).toEqual([]);
    expect(written("prod")).toEqual([]);
    expect(written("ada", "of-ada.json")).toEqual(["of-ada.json"]);
  });

  it("is not our graph, nor the page, where another file was asked for", () =>
    expect(written("local", "other.json")).toEqual(["other.json", "sst-env.d.ts"]));
});

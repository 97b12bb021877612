import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { leftOf, notBegun, readProof, takeDown, writeProof } from "./standing.ts";

const folder = mkdtempSync(join(tmpdir(), "proof-"));
afterAll(() => rmSync(folder, { recursive: true }));

const done = (index: number, more: object = {}) => ({
  index,
  count: 5,
  ms: 10,
  broken: [],
  ...more,
});
const all = (next: () => number | undefined) => {
  const found: number[] = [];
  for (let index = next(); index !== undefined; index = next()) found.push(index);
  return found;
};

describe("how far a part is", () => {
  it("goes on with each task that was not done, though others came to their end first", () => {
    const standing = notBegun();
    for (const index of [0, 2, 1, 5]) takeDown(standing, done(index));
    expect(standing).toMatchObject({ next: 3, ahead: [5], count: 20, ms: 40 });
    expect(all(leftOf(standing, 8))).toEqual([3, 4, 6, 7]);
    for (const index of [3, 4]) takeDown(standing, done(index));
    expect(standing).toMatchObject({ next: 6, ahead: [] });
    expect(all(leftOf(standing, 6))).toEqual([]);
  });

  it("keeps what broke, and the hashes of the first thousand", () => {
    const standing = notBegun();
    takeDown(standing, done(7, { hash: "a", broken: ["something"] }));
    takeDown(standing, done(1_000, { hash: "b" }));
    expect(standing.hashes).toEqual({ 7: "a" });
    for (let i = 0; i < 30; i++) takeDown(standing, done(i + 10, { broken: ["more"] }));
    expect(standing.broken).toHaveLength(20);
  });

  it("is found again on the same commit only, and not where it was torn", () => {
    const file = join(folder, "deep", "proof.json");
    const proof = { commit: "abc", reached: ["x"], parts: { seeds: notBegun() } };
    expect(readProof(file, "abc").parts).toEqual({});
    writeProof(file, proof);
    expect(readProof(file, "abc")).toEqual(proof);
    expect(readProof(file, "def")).toEqual({ commit: "def", reached: [], parts: {} });
    writeFileSync(file, '{"commit":"ab');
    expect(readProof(file, "abc").reached).toEqual([]);
  });
});

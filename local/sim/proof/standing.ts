import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Result } from "./task.ts";

/** How far a part is. */
export type Standing = {
  /** All tasks below are done. */
  next: number;
  /** Those beyond that are done, too. */
  ahead: number[];
  /** How much of what it counts was done. */
  count: number;
  /** Of the processor's time, in milliseconds. */
  ms: number;
  broken: string[];
  hashes: Record<number, string>;
};

/** How far the proof of a commit is: what a run that was broken off goes on from. */
export type Proof = { commit: string; reached: string[]; parts: Record<string, Standing> };

const MOST_BROKEN = 20;
/** So many hashes are kept of a part: those of its first tasks. */
const MOST_HASHES = 1_000;

/** A part that has not begun. */
export const notBegun = (): Standing => ({
  next: 0,
  ahead: [],
  count: 0,
  ms: 0,
  broken: [],
  hashes: {},
});

/** Takes down what came of a task. */
export const takeDown = (
  standing: Standing,
  { index, count, ms, broken, hash }: Omit<Result, "reached"> & { index: number; ms: number },
): void => {
  standing.count += count;
  standing.ms += ms;
  standing.broken.push(...broken.slice(0, MOST_BROKEN - standing.broken.length));
  if (hash && index < MOST_HASHES) standing.hashes[index] = hash;
  standing.ahead.push(index);
  for (;;) {
    const at = standing.ahead.indexOf(standing.next);
    if (at < 0) return;
    standing.ahead.splice(at, 1);
    standing.next += 1;
  }
};

/** The tasks of a part that are left, one after the other. */
export const leftOf = ({ next, ahead }: Standing, count: number): (() => number | undefined) => {
  const done = new Set(ahead);
  let index = next - 1;
  return () => {
    do index += 1;
    while (done.has(index));
    return index < count ? index : undefined;
  };
};

/** What was proved of this commit before, or nothing. */
export const readProof = (file: string, commit: string): Proof => {
  const none: Proof = { commit, reached: [], parts: {} };
  if (!existsSync(file)) return none;
  try {
    const proof = JSON.parse(readFileSync(file, "utf8")) as Proof;
    return proof.commit === commit ? proof : none;
  } catch {
    return none; // it was torn
  }
};

/** Keeps it, whole or not at all. */
export const writeProof = (file: string, proof: Proof): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, JSON.stringify(proof));
  renameSync(`${file}.part`, file);
};

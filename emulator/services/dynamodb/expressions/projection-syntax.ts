import { readList, readPath, type Step } from "./operands.ts";
import type { Tokens } from "./tokens.ts";

const keywords = new Set<string>();

/** The paths of a projection expression as they are written. */
export const readProjection = (tokens: Tokens): Step[][] => {
  const paths = readList(tokens, () => readPath(tokens, keywords).path);
  if (tokens.look().kind !== "end") throw tokens.fail();
  return paths;
};

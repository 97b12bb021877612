import { lossKinds } from "../losses.ts";
import type { Shop } from "../shop.ts";
import { createTeller } from "../tell.ts";

/** Not all is a mishap that is told: dead letters and errors are in the books, and a slow thread is a matter of the machine. */
const harmless = new Set(["log", "invocation-ended", "thread-stands-still"]);
const isMishap = (kind: string) =>
  !harmless.has(kind) && !(lossKinds.has(kind) && kind.endsWith(".dead-letter"));

/** Hears of everything that is denied, refused or dropped from now on. Answers how to read it. */
export const hearMishaps = (local: Shop): (() => string[]) => {
  const heard: string[] = [];
  const teller = createTeller(local.urls.aws);
  local.cloud.observe((fact) => {
    const line = isMishap(fact.kind) ? teller.hear(fact) : undefined;
    if (line) heard.push(line);
  });
  return () => [...heard, ...teller.rest()];
};

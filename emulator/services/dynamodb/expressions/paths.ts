import type { Path } from "../conditions.ts";
import { type Findings, shownPath } from "./findings.ts";

/** What is wrong with two paths that go to the same place, or to places that no item has both of. */
export type PathKind = "overlap" | "conflict";

/** Collects paths of one expression, and tells of those that get in the way of another. */
export const pathsApart = (findings: Findings<PathKind>) => {
  const paths: Path[] = [];
  const found = new Set<PathKind>();
  const check = (one: Path, two: Path) => {
    const at = one.findIndex((step, i) => i === two.length || step !== two[i]);
    const beyond = at === -1 || at === two.length;
    const kind = beyond ? "overlap" : typeof one[at] !== typeof two[at] ? "conflict" : undefined;
    if (!kind || found.has(kind)) return;
    found.add(kind);
    findings.add(
      kind,
      `Two document paths ${kind} with each other; must remove or rewrite one of these paths; path one: ${shownPath(one)}, path two: ${shownPath(two)}`,
    );
  };
  return {
    paths,
    add(path: Path) {
      if (!found.has("overlap")) for (const other of paths) check(other, path);
      paths.push(path);
    },
  };
};

/** The attributes into which a path goes. */
export const nestedIn = (paths: readonly Path[]) =>
  new Set(paths.filter(({ length }) => length > 1).map(([head]) => head as string));

import { existsSync, readFileSync } from "node:fs";
import type { Profiler } from "node:inspector";
import { fileURLToPath } from "node:url";

type Frame = Profiler.ProfileNode["callFrame"];

/** The files that esbuild put into a bundle, each with the line where it begins. */
const sectionsOf = (path: string): { line: number; file: string }[] =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .flatMap((text, line) => {
          const [, file] = /^\/\/ (\S+\.[cm]?[jt]s)$/.exec(text) ?? [];
          return file ? [{ line, file }] : [];
        })
    : [];

const aws = "AWS SDK";
const handlers = "handlers and core";

const byFile = (file: string): string => {
  const [, name = ""] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  if (name) return /^@(aws-sdk|smithy)\//.test(name) ? aws : name;
  const [ours] = /emulator\/(services\/)?[\w-]+/.exec(file) ?? [];
  if (ours) return ours;
  return /(^|\/)(services|packages)\//.test(file) ? handlers : "bench";
};

/** Who owns a frame; undefined where its caller does. */
const ownerOf = (
  { functionName, url, lineNumber }: Frame,
  sections: Map<string, ReturnType<typeof sectionsOf>>,
) => {
  if (functionName === "(garbage collector)") return "collecting garbage";
  if (functionName === "(idle)" || functionName === "(program)") return "event loop";
  if (url.startsWith("node:")) return "Node";
  if (url === "") return undefined;
  const path = url.startsWith("file:") ? fileURLToPath(url) : url;
  const known = sections.get(path) ?? (path.includes("/bundles/") ? sectionsOf(path) : []);
  sections.set(path, known);
  return byFile(known.findLast(({ line }) => line <= lineNumber)?.file ?? path);
};

/** Milliseconds of a CPU profile by who took them, the most first. What is native counts for its caller. */
export const ownersOf = ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile) => {
  const sections = new Map<string, ReturnType<typeof sectionsOf>>();
  const owners = new Map<number, string>();
  // Parents stand before their children.
  for (const { id, callFrame, children = [] } of nodes) {
    const owner = ownerOf(callFrame, sections) ?? owners.get(id) ?? "Node";
    owners.set(id, owner);
    for (const child of children) owners.set(child, owner);
  }
  const taken = new Map<string, number>();
  samples.forEach((id, i) => {
    const owner = owners.get(id) ?? "Node";
    // A delta is the time before its sample.
    taken.set(owner, (taken.get(owner) ?? 0) + (timeDeltas[i + 1] ?? 0) / 1000);
  });
  return [...taken].map(([who, ms]) => ({ who, ms })).sort((a, b) => b.ms - a.ms);
};

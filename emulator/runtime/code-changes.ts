import { statSync } from "node:fs";
import { relative, sep } from "node:path";
import type { Fact } from "../kernel/cloud.ts";
import type { World } from "../kernel/engine.ts";
import type { DoesNotCompile } from "./build.ts";
import { type Bundler, checkExported } from "./bundle.ts";
import type { Bundle } from "./bundle-store.ts";

/** Notices that code changed, when a function is invoked: nothing looks while nothing is invoked. */
export type CodeChanges = {
  /** Looks after the files of a function's bundle from now on. */
  follow: (functionName: string, exported: string, bundle: Bundle) => void;
  /** What an invocation has to wait for: the function is bundled again. */
  renewing: (functionName: string) => Promise<void> | undefined;
};

type Followed = {
  file: string;
  exported: string;
  path: string;
  sources: Set<string>;
  broken?: string;
};

/** How often files are looked at, at most, in milliseconds. */
const interval = 250;

/** What changes with a file. */
const stampOf = (path: string): string => {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "missing";
  }
};

/**
 * Bundles functions again whose files changed, and says so: `function.reloaded`, once for all functions that a file is
 * in; `function.broken` where it does not compile, and what ran goes on. `renewed` is called with the new bundle.
 */
export const codeChanges = (
  { clock, note }: World,
  root: string,
  bundles: Bundler,
  renewed: (functionName: string, bundle: Bundle) => void,
): CodeChanges => {
  const followed = new Map<string, Followed>();
  const stamps = new Map<string, string>();
  const pending = new Map<string, Promise<void>>();
  let tail = Promise.resolve();
  let looked = clock.now();

  const watch = (self: Followed, sources: string[]) => {
    for (const path of sources) {
      self.sources.add(path);
      if (!stamps.has(path)) stamps.set(path, stampOf(path));
    }
  };
  const nameOf = (path: string) => relative(root, path).split(sep).join("/");

  const renew = async (names: string[], changed: string[]) => {
    const reloaded: string[] = [];
    const broken = new Map<string, { file: string; functions: string[] }>();
    const attempt = async (name: string) => {
      const self = followed.get(name);
      if (!self) return;
      try {
        const bundle = await bundles.again(self.file);
        checkExported(bundle, self.exported);
        if (bundle.path === self.path && !self.broken) return; // touched, and the same
        self.path = bundle.path;
        self.sources.clear();
        delete self.broken;
        watch(self, bundle.inputs);
        renewed(name, bundle);
        reloaded.push(name);
      } catch (error) {
        const { sources = [], place = self.file, what } = error as Partial<DoesNotCompile>;
        watch(self, sources);
        const message = what ?? (error as Error).message;
        if (self.broken === message) return; // that was said
        self.broken = message;
        const known = broken.get(message) ?? { file: place, functions: [] };
        known.functions.push(name);
        broken.set(message, known);
      }
    };
    await Promise.all(names.map(attempt));
    const [first = ""] = changed.filter((path) =>
      reloaded.some((name) => followed.get(name)?.sources.has(path)),
    );
    if (reloaded.length > 0)
      note({
        kind: "function.reloaded",
        functions: reloaded,
        file: nameOf(first || (changed[0] ?? "")),
      });
    for (const [message, { file, functions }] of broken)
      note({ kind: "function.broken", functions, file, message });
  };

  const look = () => {
    // Time may have been turned back meanwhile.
    if (Math.abs(clock.now() - looked) < interval) return;
    looked = clock.now();
    const changed: string[] = [];
    for (const [path, was] of stamps) {
      const is = stampOf(path);
      if (is === was) continue;
      stamps.set(path, is);
      changed.push(path);
    }
    if (changed.length === 0) return;
    const names = [...followed]
      .filter(([, { sources }]) => changed.some((path) => sources.has(path)))
      .map(([name]) => name);
    if (names.length === 0) return;
    const work = tail.then(() => renew(names, changed));
    tail = work;
    for (const name of names) pending.set(name, work);
    void work.then(() => {
      for (const name of names) if (pending.get(name) === work) pending.delete(name);
    });
  };

  return {
    follow(name, exported, { file, path, inputs }) {
      const self: Followed = { file, exported, path, sources: new Set<string>() };
      watch(self, inputs);
      followed.set(name, self);
    },
    renewing(name) {
      look();
      return pending.get(name);
    },
  };
};

const some = (names: string[], one: string, more: string): string => {
  const [first, ...rest] = names;
  if (rest.length === 0) return `${first} ${one}`;
  const listed =
    rest.length > 2 ? `${first}, ${rest[0]} and ${rest.length - 1} more` : names.join(", ");
  return `${listed} ${more}`;
};

/** What to say of a change of code at a terminal; undefined for facts of another kind. */
export const tellCodeChange = (fact: Fact): string | undefined => {
  const functions = fact.functions as string[];
  if (fact.kind === "function.reloaded")
    return `${fact.file} changed: ${some(functions, "runs it now", "run it now")}.`;
  if (fact.kind === "function.broken")
    return `${String(fact.message).replace(/\.$/, "")}. Until that is mended, ${some(functions, "goes on with what it ran", "go on with what they ran")} before.`;
  return undefined;
};

import { fileURLToPath } from "node:url";

/** Where a function's code lies on Lambda. */
const TASK = "/var/task/";

/** The name of a handler's bundle in stacks: the same on every machine. */
export const taskFile = (file: string): string => `${TASK}${file.replace(/\.[cm]?[jt]s$/, "")}.mjs`;

type Prepare = (error: Error, sites: NodeJS.CallSite[]) => unknown;

/** V8 keeps so many frames of an error, unless somebody asks for more. */
const MOST_FRAMES = 10;

const runtime = fileURLToPath(new URL("./", import.meta.url));

const pathOf = (site: NodeJS.CallSite) => {
  const name = site.getFileName() ?? "";
  return name.startsWith("file:") ? fileURLToPath(name) : name;
};

/** A frame as a function has it on Lambda, where libraries lie in its own folder; undefined for what is not there. */
const inTask = (site: NodeJS.CallSite): string | undefined => {
  const path = pathOf(site);
  const text = String(site);
  if (path === "" || path.startsWith(TASK)) return text;
  const at = path.lastIndexOf("/node_modules/");
  if (path.startsWith("node:") || at < 0) return undefined;
  return text.replace(/(file:\/\/)?\/[^()]*\/node_modules\//, `${TASK}node_modules/`);
};

/**
 * Whether an error is of a function, or of what it runs in. One that an engine made itself says where, for who looks for it.
 */
const isOfTask = (sites: NodeJS.CallSite[]) => {
  const paths = sites.map(pathOf).filter((path) => path !== "" && !path.startsWith("node:"));
  const [top = ""] = paths;
  if (top.startsWith(TASK) || top.startsWith(runtime)) return true;
  return top.includes("/node_modules/") && paths.some((path) => path.startsWith(TASK));
};

const asNode = (error: Error, frames: unknown[]) => {
  const title = Error.prototype.toString.call(error);
  return frames.length === 0 ? title : `${title}\n    at ${frames.join("\n    at ")}`;
};

const installed = new WeakSet<Prepare>();

/**
 * Has errors of functions say where they come from as they do on Lambda: by paths in /var/task, and without the machinery
 * that runs them here. So they are the same in every process that runs the same code. What is not of a function stays as it
 * was. Called again it changes nothing, unless somebody has put something else in its place.
 */
export const stacksAsInTask = (): void => {
  const before = Error.prepareStackTrace as Prepare | undefined;
  if (before && installed.has(before)) return;
  const prepare: Prepare = (error, sites) => {
    const seen = sites.slice(0, MOST_FRAMES);
    if (!isOfTask(seen)) return before ? before(error, sites) : asNode(error, sites);
    return asNode(
      error,
      seen.map(inTask).filter((text) => text !== undefined),
    );
  };
  installed.add(prepare);
  Error.prepareStackTrace = prepare;
};

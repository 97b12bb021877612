import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join, relative, sep } from "node:path";
import { repositoryRoot, scratch } from "../repository.ts";

/** The pages of web/, by the folder and the path that they have. */
export const pageNames = ["shop", "console"] as const;
export type PageName = (typeof pageNames)[number];

/** The files of a built page, by their path in it: "index.html", "assets/index-4f2a.js". */
export type BuiltPage = ReadonlyMap<string, Uint8Array>;

const builder = join(import.meta.dirname, "build-page.ts");
const KEPT = 4;

/** What the pages are made of: everything in web/ but its tests, and the versions of what is bundled. */
const contentOf = (root: string) => {
  const hash = createHash("sha256");
  const files = globSync("web/**/*.{ts,tsx,css,html,svg,json}", {
    cwd: root,
    exclude: ["**/node_modules/**", "**/test/**", "**/*.test.*"],
  });
  for (const file of [...files, "pnpm-lock.yaml"].sort())
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex").slice(0, 20);
};

const readPage = (folder: string): BuiltPage =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        return [relative(folder, file).split(sep).join("/"), readFileSync(file)];
      }),
  );

const run = (root: string, page: PageName, into: string) =>
  new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, [builder, root, page, into], {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let told = "";
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      told += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0
        ? resolve()
        : reject(new Error(told.trim().split("\n").at(-1) || "the build ended without a word.")),
    );
  });

/** Removes what was built before, the newest few aside: another shop may be serving it, and has read it already. */
const tidy = (kept: string) => {
  const folders = readdirSync(kept).map((name) => join(kept, name));
  const byAge = folders.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of byAge.slice(KEPT * pageNames.length)) rmSync(old, { recursive: true });
};

/** The built pages of web/, each made once for a content and kept under it; `page` rejects with one sentence that has file and line. */
export const builtPages = ({ root = repositoryRoot, kept = join(scratch, "web") } = {}) => {
  const known = new Map<string, Promise<BuiltPage>>();

  const make = async (name: PageName, folder: string): Promise<BuiltPage> => {
    if (existsSync(join(folder, "index.html"))) return readPage(folder);
    mkdirSync(kept, { recursive: true });
    const aside = join(kept, `.${name}-${randomBytes(6).toString("hex")}`);
    try {
      await run(root, name, aside);
      // Two that build at once make the same: the first one's stays.
      if (!existsSync(folder)) renameSync(aside, folder);
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
    const built = readPage(folder);
    tidy(kept);
    return built;
  };

  return {
    /** A page as web/ has it now. Whoever asks while it is being built waits. */
    page(name: PageName): Promise<BuiltPage> {
      const folder = join(kept, `${name}-${contentOf(root)}`);
      const found = known.get(folder);
      if (found) return found;
      const made = make(name, folder);
      // What failed is tried again when it is asked for again.
      made.catch(() => known.delete(folder));
      known.set(folder, made);
      return made;
    },
  };
};
export type BuiltPages = ReturnType<typeof builtPages>;

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const pureCore = "packages/core/src/(decider|event|id|money|result|context)\\.ts";
const library = "(?!packages/|services/|emulator/|local/|infra/|scripts/|web/|docs/).+";

/** Who may import whom: for files that match the left side, every import must match the right. */
const layers: [files: string, mayImport: string[]][] = [
  ["^packages/core/", ["packages/core/", library]],
  ["^packages/events/", ["packages/events/", pureCore, "zod$"]],
  [
    "^services/([\\w-]+)/src/domain/",
    ["services/$1/src/domain/", "packages/events/", pureCore, "zod$"],
  ],
  ["^services/([\\w-]+)/src/saga/", ["packages/core/src/saga\\.ts"]],
  ["^services/([\\w-]+)/src/", ["services/$1/", "packages/", library]],
  ["^infra/", ["infra/", "packages/", "services/[\\w-]+/src/(saga|domain)/", library]],
  ["^emulator/", ["emulator/", library]],
  ["^local/bench/page", ["local/", "web/test/browser\\.ts", library]],
  ["^local/", ["local/", "emulator/", "packages/", "services/", "infra/", library]],
  ["^web/(test/|vite)", ["web/", library]],
  [
    "^web/",
    [
      "web/(shop|console|shared)/",
      "packages/events/",
      "services/[\\w-]+/src/domain/",
      "local/",
      library,
    ],
  ],
  [
    "^docs/lessons/migration/[\\w-]+\\.ts",
    ["docs/lessons/migration/", "local/", "packages/", library],
  ],
  [
    "^docs/lessons/migration/[\\w-]+/(?!lesson\\.ts)",
    ["docs/lessons/migration/", "packages/", library],
  ],
  ["^docs/lessons/", ["docs/lessons/", "local/", "packages/", "services/[\\w-]+/src/domain/"]],
  [
    "^docs/saga-four-ways/",
    ["docs/saga-four-ways/", "local/", "emulator/", "packages/", "services/orders/", library],
  ],
  ["^scripts/", ["scripts/", "packages/", "services/", library]],
];

const importsOf = (file: string) =>
  [...readFileSync(file, "utf8").matchAll(/^(?:import|export)[^;]*?from "([^"]+)"/gm)].map(
    ([, to = ""]) =>
      to.startsWith(".")
        ? join(file, "..", to)
        : to
            .replace(/^@petstore\/(core|events)\/(.+)$/, "packages/$1/src/$2.ts")
            .replace(/^emulator\/(.+)$/, "emulator/$1.ts"),
  );

const sources = globSync(
  "{packages,services,emulator,infra,local,scripts,web,docs}/**/*.{ts,tsx}",
  {
    exclude: ["**/node_modules/**", "infra/.sst/**"],
  },
).map((file) => file.replaceAll("\\", "/"));
const code = sources.filter(
  (file) => !/\.(test|d)\.tsx?$/.test(file) && !file.includes("/testing/"),
);

const forbidden = (file: string) => {
  const [files, mayImport] = layers.find(([pattern]) => new RegExp(pattern).test(file)) ?? ["", []];
  const [, service = ""] = file.match(files) ?? [];
  const allowed = new RegExp(`^(${mayImport.join("|").replaceAll("$1", service)})`);
  return importsOf(file).filter((target) => !allowed.test(target));
};
const offenders = (files: string[], faults: (file: string) => string[]) =>
  files.flatMap((file) => faults(file).map((fault) => `${file}: ${fault}`));

describe("the structure", () => {
  it("is found where it is looked for", () => expect(code.length).toBeGreaterThan(100));

  it("lets every file import only what its layer may", () =>
    expect(offenders(code, forbidden)).toEqual([]));

  it("lets the pages of web/ know contracts and answers by their types only", () => {
    const values = (file: string) =>
      [...readFileSync(file, "utf8").matchAll(/^(?:import|export)(?! type)[^;]*?from "([^"]+)"/gm)]
        .map(([, to = ""]) => (to.startsWith(".") ? join(file, "..", to) : to))
        .filter((to) => /^(@petstore|packages|services|local|zod)\b/.test(to));
    const pages = code.filter((file) => file.startsWith("web/"));
    expect(pages.length).toBeGreaterThan(2);
    expect(offenders(pages, values)).toEqual([]);
  });

  it("has no circle of imports, types included", () => {
    const known = new Set(sources);
    const state = new Map<string, "open" | "done">();
    const circles: string[] = [];
    const visit = (file: string, path: string[]) => {
      if (state.get(file) === "open")
        circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      if (state.has(file)) return;
      state.set(file, "open");
      for (const target of importsOf(file)) if (known.has(target)) visit(target, [...path, file]);
      state.set(file, "done");
    };
    for (const file of code) visit(file, []);
    expect(circles).toEqual([]);
  });

  it("keeps clock, chance, environment and network out of every domain", () => {
    const impure = /\bDate\.now\(|new Date\(\)|Math\.random|process\.env|\bcrypto\.|\bfetch\(/g;
    const domains = code.filter((file) => file.includes("/domain/"));
    expect(offenders(domains, (file) => readFileSync(file, "utf8").match(impure) ?? [])).toEqual(
      [],
    );
  });

  it("keeps no state in the modules of services/ and packages/: another shop of the same process would find it", () => {
    const state = /^(?:export )?(?:let |const \w+(?:: [^=]+)? = new (?:Map|Set)(?:<.*>)?\(\))/gm;
    const modules = code.filter((file) => /^(packages|services)\//.test(file));
    expect(offenders(modules, (file) => readFileSync(file, "utf8").match(state) ?? [])).toEqual([]);
  });

  const longerThan = (most: number) => (file: string) => {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n").length;
    return lines > most ? [`${lines} lines`] : [];
  };

  it("keeps every file of services/ and packages/ on two screens", () => {
    const short = code.filter((file) => /^(packages|services)\//.test(file));
    expect(offenders(short, longerThan(120))).toEqual([]);
  });

  it("keeps every file of emulator/, its tests included, within 400 lines", () => {
    const files = sources.filter((file) => file.startsWith("emulator/"));
    expect(offenders(files, longerThan(400))).toEqual([]);
  });

  it("has no file beside a folder of its name, but for a page's parts", () => {
    const twice = (file: string) => {
      const folder = file.replace(/\.tsx?$/, "/");
      return sources.some((other) => other.startsWith(folder)) ? ["has a folder of its name"] : [];
    };
    expect(offenders(sources, twice)).toEqual([]);
  });

  it("lets no test have a limit of its own: what a busy machine breaks says nothing", () => {
    const limit = /^\s*\}, [\d_]+\);$|\btimeout: (?:[A-Z_]{2,}|\d[\d_]{3,})/gm;
    const tests = sources.filter((file) => file.endsWith(".test.ts"));
    expect(offenders(tests, (file) => readFileSync(file, "utf8").match(limit) ?? [])).toEqual([]);
  });

  it("lets emulator/ know nothing of the shop, its tests included", () => {
    const files = sources.filter((file) => file.startsWith("emulator/"));
    expect(offenders(files, forbidden)).toEqual([]);
    const shop =
      /\b[Pp]ets?\b|[Pp]etstore|[Pp]et [Ss]tore|\b[Ss]hops?\b|\b[Oo]rders\b|[Oo]rder[A-Z]\w*|\bord_\w*/g;
    expect(offenders(files, (file) => readFileSync(file, "utf8").match(shop) ?? [])).toEqual([]);
  });
});

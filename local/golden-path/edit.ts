import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { patched } from "emulator/runtime/patch";

/** One place of one file, and what becomes of it. */
export const edit = (root: string, file: string, find: string, replace: string): void => {
  const path = join(root, file);
  writeFileSync(path, patched(readFileSync(path, "utf8"), [{ file, find, replace }]));
};

/** A file's text after a change. Throws where nothing changes. */
export const change = (root: string, file: string, after: (text: string) => string): void => {
  const path = join(root, file);
  const text = readFileSync(path, "utf8");
  const next = after(text);
  if (next === text) throw new Error(`${file} has no place for it.`);
  writeFileSync(path, next);
};

/** Adds names to what a file imports from a module. Their order is the formatter's business. */
export const addImport = (root: string, file: string, names: string[], from: string): void => {
  const path = join(root, file);
  const text = readFileSync(path, "utf8");
  const place = new RegExp(`import \\{([^}]*)\\} from "${from.replace(/\W/g, "\\$&")}";`);
  const [whole, inside = ""] = place.exec(text) ?? [];
  const there = inside.split(",").map((name) => name.trim());
  const all = [...new Set([...there, ...names])].filter((name) => name !== "");
  const line = `import { ${all.join(", ")} } from "${from}";`;
  writeFileSync(path, whole ? text.replace(whole, line) : `${line}\n${text}`);
};

/** Adds an element to the end of a list that a file declares, however it is laid out. */
export const addToList = (root: string, file: string, list: string, element: string): void =>
  change(root, file, (text) =>
    text.replace(
      new RegExp(`(const ${list}\\b[^=]*= \\[)([^\\]]*?),?(\\s*\\])`),
      (_, begin: string, its: string, end: string) =>
        `${begin}${its}${its.trim() === "" ? "" : ","} ${element},${end}`,
    ),
  );

/** Adds a row to the table of handlers in a context's README.md: in the first column the handler, in the last what it does. */
export const addHandler = (
  root: string,
  context: string,
  { handler, kind, does }: { handler: string; kind: string; does: string },
): void => {
  const names = globSync("*.ts", { cwd: join(root, "services", context, "src/handlers") }).map(
    (file) => file.replace(/\.ts$/, ""),
  );
  change(root, `services/${context}/README.md`, (text) => {
    const rows = [...text.matchAll(/^\| *`([\w-]+)`.*\|$/gm)].filter(([, name = ""]) =>
      names.includes(name),
    );
    const last = rows.find((row) => !text.slice(row.index + row[0].length).startsWith("\n|"));
    if (!last) return `${text.trimEnd()}\n\n\`${handler}\`: ${does}.\n`;
    const cells = last[0].split("|").slice(1, -1);
    const own = cells.map((cell, i) => {
      const words = i === 0 ? `\`${handler}\`` : i === cells.length - 1 ? does : kind;
      return ` ${words.padEnd(cell.length - 2)} `;
    });
    const at = last.index + last[0].length;
    return `${text.slice(0, at)}\n|${own.join("|")}|${text.slice(at)}`;
  });
};

/** Writes files that are made of templates: `names` says what stands for what in them, in their paths too. Answers which. */
export const writeTemplates = (
  root: string,
  folder: string,
  names: readonly (readonly [from: string, to: string])[],
): string[] => {
  const named = (text: string) => names.reduce((all, [from, to]) => all.replaceAll(from, to), text);
  return globSync("**/*.tmpl", { cwd: folder }).map((file) => {
    const to = named(file.replaceAll("\\", "/").replace(/\.tmpl$/, ""));
    mkdirSync(dirname(join(root, to)), { recursive: true });
    writeFileSync(join(root, to), named(readFileSync(join(folder, file), "utf8")));
    return to;
  });
};

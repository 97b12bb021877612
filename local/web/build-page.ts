import { join, relative, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { build } from "vite";

/** Builds one page of a repository's web/ into a folder: `node build-page.ts . shop /tmp/there`. A process of its own, for it keeps one busy. */
const [root = "", mode = "", outDir = ""] = process.argv.slice(2);

type Failure = Error & { id?: string; loc?: { file?: string; line: number }; errors?: Failure[] };

/** What failed, with file and line where they are known, in one sentence. */
const sentenceOf = (error: Failure): string => {
  const first = error.errors?.[0] ?? error;
  const lines = stripVTControlCharacters(first.message).split("\n");
  // A drawing of the place follows the sentence, and says where it is: "[ web/shop/main.tsx:5:3 ]".
  const drawn = /\[ ?(\S+):(\d+):\d+ ?\]/.exec(lines.join(" "));
  const file = first.loc?.file ?? drawn?.[1] ?? first.id;
  const line = first.loc?.line ?? drawn?.[2];
  const where = file && relative(root, resolve(file)).replaceAll("\\", "/");
  const what = lines
    .map((text) => text.replaceAll(/\[[\w:-]+\] /g, "").trim())
    .find((text) => text && !text.startsWith("Build failed"));
  const at = where ? `${where}${line ? `:${line}` : ""}: ` : "";
  return `${at}${(what ?? "it is not known why").replace(/\.?$/, ".")}`;
};

try {
  await build({
    configFile: join(root, "web/vite.config.ts"),
    configLoader: "native",
    mode,
    logLevel: "silent",
    build: { outDir },
  });
} catch (error) {
  process.stderr.write(`${sentenceOf(error as Failure)}\n`);
  process.exitCode = 1;
}

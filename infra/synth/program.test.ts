import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");

it("sst.config.ts can be read before SST's components are installed: its bundle imports nothing of them at its top", () => {
  const esbuild = createRequire(join(root, "emulator", "package.json"))("esbuild");
  const { metafile } = esbuild.buildSync({
    absWorkingDir: root,
    entryPoints: ["sst.config.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2024",
    external: ["zod", "zod/*", "ulid", "@pulumi/*"],
    write: false,
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs) as {
    imports: { path: string; kind: string; external?: boolean }[];
  }[];
  const atTheTop = output?.imports.filter(({ kind }) => kind === "import-statement") ?? [];
  expect(atTheTop.map(({ path }) => path).filter((path) => path.startsWith("@pulumi/"))).toEqual(
    [],
  );
});

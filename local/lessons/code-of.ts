import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Graph, readGraph } from "emulator/boot/graph";
import { bundlerOf, type Code } from "emulator/runtime/bundle";
import { type Patch, patched } from "emulator/runtime/patch";
import { code as ours, repositoryRoot, shopGraph } from "../repository.ts";
import { recompiled } from "../sim/mutants/variant.ts";
import { type Variant, virtualShop } from "../virtual-shop.ts";
import { firstBroken } from "./first-broken.ts";
import type { Load, Promised } from "./lesson.ts";

const GRAPH = "infra/graph.json";

/** A shop's code: a learner's copy, or ours with patches. */
export type CodeOf = {
  variant: Variant;
  load: Load;
  /** What a promise says of it: undefined where it holds. */
  says: (promise: Promised) => Promise<string | undefined>;
};

/** Patches of files that are other with them: many a solution is what was there before. */
const changing = (root: string, patches: readonly Patch[]): Patch[] =>
  [...Map.groupBy(patches, ({ file }) => file)].flatMap(([file, its]) => {
    const text = readFileSync(join(root, file), "utf8");
    return patched(text, its) === text ? [] : its;
  });

/** The code in a folder, with some patches. Its ladders are compiled anew, so that a change of one counts. Throws CannotStart where its graph cannot be read. */
export const codeOf = async ({
  root = repositoryRoot,
  patches = [],
}: {
  root?: string;
  patches?: readonly Patch[];
}): Promise<CodeOf> => {
  const { cloud = [], files = [] } = Object.groupBy(changing(root, patches), ({ file }) =>
    file === GRAPH ? "cloud" : "files",
  );
  const cache = root === repositoryRoot ? ours.cache : join(root, ".petstore");
  const code: Code = { ...ours, root, cache, ...(files.length > 0 && { patches: files }) };
  const file = join(root, GRAPH);
  const written =
    cloud.length === 0
      ? readGraph(file)
      : (JSON.parse(patched(readFileSync(file, "utf8"), cloud)) as Graph);
  const graph = await recompiled(written, code);
  const other = JSON.stringify(graph.resources) !== JSON.stringify(shopGraph().resources);
  const variant: Variant = { code, ...(other && { graph }) };
  const load: Load = async (file) => {
    const { path } = await bundlerOf("aws", code).bundle(file);
    return import(/* @vite-ignore */ pathToFileURL(path).href);
  };
  return {
    variant,
    load,
    async says(promise) {
      const shop = await virtualShop({ variant });
      try {
        return await promise({
          shop,
          load,
          text: (name) =>
            patched(
              readFileSync(join(root, name), "utf8"),
              patches.filter(({ file }) => file === name),
            ),
          seed: (seed, brought) => firstBroken(seed, brought, variant),
        });
      } finally {
        await shop.local.stop();
      }
    },
  };
};

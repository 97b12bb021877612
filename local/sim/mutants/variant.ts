import { pathToFileURL } from "node:url";
import type { Graph } from "emulator/boot/graph";
import { bundlerOf, type Code } from "emulator/runtime/bundle";
import { patched } from "emulator/runtime/patch";
import type { Saga } from "../../../packages/core/src/saga.ts";
import { code, shopGraph } from "../../repository.ts";
import type { Variant } from "../../virtual-shop.ts";
import type { GraphPatch, Mutant } from "./mutant.ts";

const LADDERS = "local/sim/mutants/ladders.ts";

type Definition = { States: Record<string, { Arguments?: { FunctionName: string } }> };

/** Compiles the ladders anew where a patch is in them, with the functions that the graph has for their steps. */
export const recompiled = async (graph: Graph, patchedCode: Code): Promise<Graph> => {
  const bundled = (one: Code) => bundlerOf("aws", one).bundle(LADDERS);
  const { path } = await bundled(patchedCode);
  if (patchedCode.patches && path === (await bundled(code)).path) return graph;
  const { toStateMachine, ...ladders }: typeof import("./ladders.ts") = await import(
    pathToFileURL(path).href
  );
  const byName = new Map<string, Saga>(Object.values(ladders).map((saga) => [saga.name, saga]));
  const resources = graph.resources.map((resource) => {
    const saga = byName.get(resource.name);
    if (!saga || !resource.type.endsWith(":StateMachine")) return resource;
    const { States }: Definition = JSON.parse(String(resource.inputs.definition));
    const arns = Object.fromEntries(
      Object.entries(States).map(([name, state]) => [name, state.Arguments?.FunctionName]),
    );
    const definition = JSON.stringify(toStateMachine(saga, arns), null, 2);
    return { ...resource, inputs: { ...resource.inputs, definition } };
  });
  return { ...graph, resources };
};

const changed = (graph: Graph, { resource: name, find, replace }: GraphPatch): Graph => {
  const [found, another] = graph.resources.filter((one) => one.name === name);
  if (!found || another) throw new Error(`The graph has no resource ${name}, or more than one.`);
  const inputs = patched(JSON.stringify(found.inputs), [{ file: name, find, replace }]);
  const resources = graph.resources.map((one) =>
    one === found ? { ...one, inputs: JSON.parse(inputs) } : one,
  );
  return { ...graph, resources };
};

const variants = new WeakMap<Mutant, Promise<Variant>>();

/** The shop with a defect in it: its code, and its cloud. Throws where the place of the defect is not found exactly once. */
export const variantOf = (mutant: Mutant): Promise<Variant> => {
  const make = async (): Promise<Variant> => {
    const { patches = [], graph = [] } = mutant;
    const ours = shopGraph();
    const other = { ...code, patches };
    const cloud = graph.reduce(changed, await recompiled(ours, other));
    return { code: other, ...(cloud !== ours && { graph: cloud }) };
  };
  const variant = variants.get(mutant) ?? make();
  variants.set(mutant, variant);
  return variant;
};

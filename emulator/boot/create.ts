import { administrator, type World } from "../kernel/engine.ts";
import { CannotStart } from "../kernel/refusals.ts";
import type { Graph, Resource } from "./graph.ts";
import { isNothingOnAws, nothingToDo } from "./nothing-to-do.ts";
import { functions } from "./resources/functions.ts";
import { roles } from "./resources/roles.ts";
import { stores } from "./resources/stores.ts";
import type { Boot, Translation } from "./resources/translation.ts";
import { workflows } from "./resources/workflows.ts";

/** The types in the order in which they are created: what is named by others comes first. */
const translations: Record<string, Translation> = {
  ...stores,
  ...roles,
  ...functions,
  ...workflows,
};

const checkInputs = ({ type, name, inputs }: Resource, { uses, skips = [] }: Translation) => {
  for (const [input, value] of Object.entries(inputs))
    if (value !== null && !uses.includes(input) && !skips.includes(input))
      throw new CannotStart(`The emulator does not have "${input}" of ${type} (${name}).`);
};

/** Refuses a graph with a type that the emulator does not know, by its name. */
const checkTypes = (graph: Graph) => {
  for (const { type, name } of graph.resources)
    if (
      !Object.hasOwn(translations, type) &&
      !Object.hasOwn(nothingToDo, type) &&
      !isNothingOnAws(type)
    )
      throw new CannotStart(`The emulator does not have ${type}, which the graph has as ${name}.`);
};

/** What the calls were answered that created each resource of a graph, by its type and name. */
export type Answers = ReadonlyMap<string, readonly unknown[]>;

/**
 * Creates everything in the graph through the engines' own API operations, as the administrator. With the answers of another
 * time nothing is called: for a world that is given at once what such a one knew.
 */
export const createResources = async (
  graph: Graph,
  world: Pick<World, "call">,
  parts: Omit<Boot, "call">,
  known?: Answers,
): Promise<Answers> => {
  checkTypes(graph);
  const answers = new Map<string, unknown[]>();
  const bootOf = ({ type, name }: Resource): Boot => {
    const key = `${type} ${name}`;
    const given: unknown[] = [];
    answers.set(key, given);
    return {
      ...parts,
      async call(service, operation, input) {
        const before = known?.get(key);
        const answer = before
          ? before[given.length]
          : await world.call({ caller: administrator, service, operation, input });
        given.push(answer);
        return answer;
      },
    };
  };
  const createOne = async (resource: Resource, translation: Translation) => {
    checkInputs(resource, translation);
    try {
      await translation.create(parts.localise(resource.inputs), bootOf(resource), resource);
    } catch (error) {
      if (error instanceof CannotStart) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new CannotStart(`${resource.type} ${resource.name} could not be created: ${message}`);
    }
  };
  // A queue names its dead-letter queue, which therefore comes first.
  const rank = ({ type, inputs }: Resource) =>
    type === "aws:sqs/queue:Queue" && inputs.redrivePolicy ? 1 : 0;

  for (const [type, translation] of Object.entries(translations)) {
    if (known && translation.callsOnly) continue;
    const resources = graph.resources
      .filter((candidate) => candidate.type === type)
      .sort((a, b) => rank(a) - rank(b));
    if (translation.together)
      await Promise.all(resources.map((resource) => createOne(resource, translation)));
    else for (const resource of resources) await createOne(resource, translation);
  }
  return known ?? answers;
};

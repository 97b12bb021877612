import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Inputs } from "./aws.ts";
import type { Graph, Resource } from "./graph.ts";
import { staleness } from "./inputs.ts";

/** The committed graph. */
export const graph: Graph = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "graph.json"), "utf8"),
);

const stale = staleness(graph);
if (stale) throw new Error(stale);

/** All resources of a type, by its last part: `all("Queue")`. */
export const all = (kind: string): Resource[] =>
  graph.resources.filter(({ type }) => type.endsWith(`:${kind}`));

/** The resource with this ARN. Throws where there is none: a reference into the void. */
export const byArn = (arn: string): Resource => {
  const found = graph.resources.find(({ outputs }) => outputs.arn === arn);
  if (!found) throw new Error(`Nothing in the graph has the ARN ${arn}`);
  return found;
};

/** The statements of a policy, with actions and resources as lists. */
export const statementsOf = (policy: string) =>
  (JSON.parse(policy).Statement as Inputs[]).map(({ Action, Resource, ...rest }) => ({
    actions: [Action].flat() as string[],
    resources: [Resource].flat() as string[],
    ...(rest as { Effect: string; Principal?: Inputs; Condition?: Inputs }),
  }));

/** Everything a role may do by itself. */
export const rightsOf = (role: Resource) =>
  (role.inputs.inlinePolicies as { policy: string }[]).flatMap(({ policy }) =>
    statementsOf(policy),
  );

/** Whether a role may do this, exactly this, to that. */
export const may = (role: Resource, action: string, arn: string): boolean =>
  rightsOf(role).some(
    ({ actions, resources }) => actions.includes(action) && resources.includes(arn),
  );

/** Titles for `it.each`: each resource by its name. */
export const named = (resources: Resource[]) =>
  resources.map((resource) => [resource.name, resource] as const);

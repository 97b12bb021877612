import type { Graph } from "emulator/boot/graph";

const lastOf = (name: string) => name.split(/[/:]/).at(-1) ?? name;

/** Finds what people call a resource, by its ARN or its name on AWS: "OrderViewsQueueDlq", "OrderViewsRule", "ProjectOrders". */
export const idsOf = ({ resources }: Graph) => {
  const ids = new Map<string, string>();
  for (const { type, name, inputs, outputs } of resources) {
    if (!/:(Function|Queue|EventRule|StateMachine|EventBus|Table)$/.test(type)) continue;
    const id = name.replace(/(Function|Queue|Table)$/, "");
    for (const known of [outputs.arn, outputs.name, outputs.id, inputs.name])
      if (typeof known === "string" && !ids.has(known)) ids.set(known, id);
  }
  return (name: unknown): string => {
    const text = String(name);
    return ids.get(text) ?? ids.get(lastOf(text)) ?? lastOf(text);
  };
};

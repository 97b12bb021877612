import type { Graph } from "emulator/boot/graph";
import { matches } from "emulator/services/eventbridge/patterns";
import { ofType } from "../console/map-things.ts";
import type { Wired } from "./wired.ts";

/** Who hears an event, and how it comes to them. */
export type Hearer = {
  service: string;
  /** The function that is given it. */
  function: string;
  /** The queue in between; undefined where the bus calls the function itself. */
  queue: string | undefined;
  /** Where it waits for a person when it cannot be handled. */
  deadLetters: string;
  /** The sagas that the function may begin with it. */
  begins: string[];
};

const asDelivered = (type: string) => ({
  source: `petstore.${type.split(".")[0]}`,
  "detail-type": type,
  detail: { type },
});

/** Everyone whom the bus's rules give events of this type, in the order of their functions. */
export const hearersOf = (graph: Graph, wired: Wired, type: string): Hearer[] => {
  const rules = ofType(graph, "EventRule").filter(
    ({ inputs }) =>
      inputs.eventBusName && matches(JSON.parse(inputs.eventPattern), asDelivered(type)),
  );
  const names = new Set(rules.map(({ inputs }) => inputs.name));
  return ofType(graph, "EventTarget")
    .filter(({ inputs }) => names.has(inputs.rule))
    .flatMap(({ inputs }): Hearer[] => {
      const target = wired.at(inputs.arn);
      const queue = target?.kind === "queue" ? target : undefined;
      const heard = queue ? wired.after(queue.id, "function")[0] : target;
      if (!heard) return [];
      const begins = wired.after(heard.id, "saga", /StartExecution/).map(({ id }) => id);
      const [deadLetters = ""] = (queue ?? heard).deadLetters;
      return [{ service: heard.room, function: heard.id, queue: queue?.id, deadLetters, begins }];
    })
    .sort((a, b) => (a.function < b.function ? -1 : 1));
};

import type { Graph } from "emulator/boot/graph";
import { nameIn, thingsOf } from "../lens/things.ts";
import { failureQueues } from "../redrive/failure-queues.ts";

/** A queue or an outbox, and who reads it. */
export type Line = {
  id: string;
  /** Its name on AWS. */
  name: string;
  kind: "queue" | "dead letters" | "outbox";
  /** The context that it belongs to. */
  room: string;
  /** Who consumes it; of dead letters, who failed. */
  reader: string;
  /** After so many receives a message goes to the dead letters. */
  most?: number;
  deadLetters?: string;
  /** Whether a person has to do what it asks for: nothing can be redriven. */
  forPerson?: true;
};

/** Every queue and every outbox of a graph. */
export const queuesIn = (graph: Graph): Line[] => {
  const idOf = nameIn(thingsOf(graph));
  const ofType = (ending: string) => graph.resources.filter(({ type }) => type.endsWith(ending));
  const mappings = ofType(":EventSourceMapping");
  const failed = new Map(failureQueues(graph).map((one) => [one.resource, one]));
  const queues = ofType("sqs/queue:Queue").map(({ name, inputs, outputs }): Line => {
    const place = {
      id: idOf(outputs.arn),
      name: String(inputs.name),
      room: inputs.tags?.context ?? "",
    };
    const failure = failed.get(name);
    if (failure)
      return {
        ...place,
        kind: "dead letters",
        reader: failure.function,
        ...(failure.kind === "person" && { forPerson: true as const }),
      };
    const { maxReceiveCount, deadLetterTargetArn } = JSON.parse(inputs.redrivePolicy);
    const reader = mappings.find((one) => one.inputs.eventSourceArn === outputs.arn);
    return {
      ...place,
      kind: "queue",
      reader: idOf(reader?.inputs.functionName),
      most: maxReceiveCount,
      deadLetters: idOf(deadLetterTargetArn),
    };
  });
  const outboxes = ofType("dynamodb/table:Table").flatMap(({ inputs, outputs }): Line[] => {
    const relay = mappings.find((one) =>
      String(one.inputs.eventSourceArn).startsWith(`${outputs.arn}/stream/`),
    );
    if (!relay) return [];
    const { onFailure } = relay.inputs.destinationConfig ?? {};
    return [
      {
        id: idOf(outputs.arn),
        name: String(inputs.name),
        kind: "outbox",
        room: inputs.tags?.context ?? "",
        reader: idOf(relay.inputs.functionName),
        ...(onFailure && { deadLetters: idOf(onFailure.destinationArn) }),
      },
    ];
  });
  return [...queues, ...outboxes];
};

import type { Graph } from "emulator/boot/graph";

/** A type of event for each queue that hears none of the usual ones: what nobody has raised yet, for one. */
export const typesOfOthers = ({ resources }: Graph, usual: readonly string[]): string[] => {
  const toQueues = new Set(
    resources
      .filter(({ type, inputs }) => type.endsWith(":EventTarget") && /:sqs:/.test(inputs.arn))
      .map(({ inputs }) => inputs.rule),
  );
  return resources
    .filter(({ type, inputs }) => type.endsWith(":EventRule") && toQueues.has(inputs.name))
    .map(({ inputs }) => JSON.parse(inputs.eventPattern)["detail-type"] as { prefix: string }[])
    .filter((heard) => !heard.some(({ prefix }) => usual.some((type) => type.startsWith(prefix))))
    .map(([first]) => `${first?.prefix}1`);
};

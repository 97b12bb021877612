import type { Graph } from "emulator/boot/graph";
import { CannotStart } from "emulator/kernel/refusals";

/**
 * A queue where something waits for a person, and where it was going:
 * - `queue`: back to the queue that gave up on it, for the function behind that queue;
 * - `function`: to the function that an event was for;
 * - `schedule`: to the function that should have run;
 * - `outbox`: the rows that a relay gave up, to the bus;
 * - `person`: nowhere, for a function put a note there for whoever can do what it could not.
 */
export type FailureQueue = {
  /** As infra/ calls it: StartFulfilmentDlq. */
  name: string;
  /** Its name on a stage, without app, stage and random ending. */
  resource: string;
  kind: "queue" | "function" | "schedule" | "outbox" | "person";
  /** Who failed, as infra/ calls it. */
  function: string;
  /** The part of an event that a rule hands over, where that is not the whole. */
  part?: string;
};

/** SST gives a resource its component's name and its kind; infra/ knows the component's. */
const short = (name: string) => name.replace(/(Queue|Function)$/, "");

/** Every queue of the graph where something may wait for a person. Throws for one of which nobody knows who fills it. */
export const failureQueues = ({ resources }: Graph): FailureQueue[] => {
  const ofType = (type: string) => resources.filter((one) => one.type.endsWith(`:${type}`));
  const nameOf = (arn?: string) => short(resources.find((r) => r.outputs.arn === arn)?.name ?? "");
  const mappings = ofType("EventSourceMapping");
  const queues = ofType("Queue");

  return queues
    .filter(({ inputs }) => !inputs.redrivePolicy)
    .map(({ name, outputs: { arn } }) => {
      const queue = { name: short(name), resource: name };
      const relay = mappings.find(
        ({ inputs }) => inputs.destinationConfig?.onFailure.destinationArn === arn,
      );
      if (relay) return { ...queue, kind: "outbox", function: nameOf(relay.inputs.functionName) };
      const source = queues.find(
        ({ inputs }) =>
          inputs.redrivePolicy && JSON.parse(inputs.redrivePolicy).deadLetterTargetArn === arn,
      );
      if (source) {
        const reader = mappings.find(({ inputs }) => inputs.eventSourceArn === source.outputs.arn);
        return { ...queue, kind: "queue", function: nameOf(reader?.inputs.functionName) };
      }
      const fn = ofType("Function").find(
        ({ inputs }) => inputs.deadLetterConfig?.targetArn === arn,
      );
      if (!fn) throw new Error(`Nobody knows what comes into ${name}.`);
      const target = ofType("EventTarget").find(({ inputs }) => inputs.arn === fn.outputs.arn);
      const part = target?.inputs.inputPath;
      const isScheduled = ofType("Schedule").some(
        ({ inputs }) => inputs.target.arn === fn.outputs.arn,
      );
      const kind = target ? "function" : isScheduled ? "schedule" : "person";
      return { ...queue, kind, function: short(fn.name), ...(part && { part }) };
    });
};

/** Finds the name of a failure queue by its ARN. */
export const namesByArn = (graph: Graph) => {
  const names = new Map(
    failureQueues(graph).map(({ name, resource }) => [
      graph.resources.find((one) => one.name === resource)?.outputs.arn,
      name,
    ]),
  );
  return (arn: string): string | undefined => names.get(arn);
};

/** How much two names differ, in letters that are put in, left out or exchanged. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] as number;
};

/** The queue that somebody means, by any of its names. Throws CannotStart with the one that is nearest. */
export const queueNamed = (queues: readonly FailureQueue[], name: string): FailureQueue => {
  const plain = name.toLowerCase();
  const found = queues.find(
    ({ name, resource }) =>
      [name, resource].some((one) => one.toLowerCase() === plain) ||
      plain.split("-").includes(resource.toLowerCase()),
  );
  if (found) return found;
  const [nearest] = queues
    .map((one) => ({ one, far: distance(one.name.toLowerCase(), plain) }))
    .sort((a, b) => a.far - b.far);
  throw new CannotStart(
    `There is no failure queue ${name}: did you mean ${nearest?.one.name}? \`npm run redrive\` lists all of them.`,
  );
};

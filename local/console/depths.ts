import type { Thing } from "./map-things.ts";
import type { Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

/** How much lies in a thing, and whether it goes on. */
export type Depth = {
  /** What waits: messages of a queue, rows of an outbox. */
  depth?: number;
  /** How long the oldest of it has waited, in virtual milliseconds. */
  age?: number;
  inFlight?: number;
  deadLetters?: number;
  /** Executions that run. */
  running?: number;
  /** Nothing is taken for it: its event source mapping or its rule is off. */
  paused?: true;
};

const count = (text: unknown) => Number(text ?? 0);

/** So many messages are looked at for the oldest one. */
const MOST_LOOKED_AT = 5_000;

type Message = { queue: string; sentAt: number };

/** What waits where. It is looked at past the gates, so that to look is no part of the story. */
export const depthsOf = ({
  shop,
  look,
  map,
  clock,
}: Pick<Sight, "shop" | "look" | "map" | "clock">) => {
  const { graph, cloud, urls } = shop;
  const urlOf = (name: string) => `${urls.aws}/${cloud.account}/${name}`;
  const dead = new Map(
    graph.resources
      .filter(({ type, inputs }) => type === "aws:sqs/queue:Queue" && !inputs.redrivePolicy)
      .map(({ name, inputs }) => [name.replace(/Queue$/, ""), String(inputs.name)]),
  );
  const inQueue = async (name: string) => {
    const { Attributes } = await look("sqs", "GetQueueAttributes", {
      QueueUrl: urlOf(name),
      AttributeNames: ["All"],
    });
    return {
      depth:
        count(Attributes.ApproximateNumberOfMessages) +
        count(Attributes.ApproximateNumberOfMessagesDelayed),
      inFlight: count(Attributes.ApproximateNumberOfMessagesNotVisible),
    };
  };
  const oldest = (): Map<string, number> => {
    const part = cloud.keeper.parts.get("sqs.messages");
    const found = new Map<string, number>();
    let seen = 0;
    for (const key of part?.keys() ?? []) {
      if (++seen > MOST_LOOKED_AT) break;
      const message = part?.get(key) as Message | undefined;
      if (message && message.sentAt < (found.get(message.queue) ?? Number.POSITIVE_INFINITY))
        found.set(message.queue, message.sentAt);
    }
    return found;
  };
  const isPaused = async ({ arn, kind }: Thing, off: ReadonlySet<string>) =>
    kind === "function" && off.has(arn);
  /** Functions that nothing is taken for. */
  const switchedOff = async (): Promise<Set<string>> => {
    const off = new Set<string>();
    const { EventSourceMappings = [] } = await look("lambda", "ListEventSourceMappings");
    for (const { FunctionArn, State } of EventSourceMappings)
      if (State === "Disabled" || State === "Disabling") off.add(FunctionArn);
    const targets = new Map(
      graph.resources
        .filter(({ type }) => type === "aws:cloudwatch/eventTarget:EventTarget")
        .map(({ inputs }) => [inputs.rule, inputs.arn]),
    );
    for (const EventBusName of [
      "default",
      ...graph.resources
        .filter(({ type }) => type === "aws:cloudwatch/eventBus:EventBus")
        .map(({ inputs }) => inputs.name as string),
    ]) {
      const { Rules = [] } = await look("events", "ListRules", { EventBusName });
      for (const { Name, State } of Rules)
        if (State === "DISABLED" && targets.has(Name)) off.add(String(targets.get(Name)));
    }
    return off;
  };

  return async (): Promise<Record<string, Depth>> => {
    const off = await switchedOff();
    const since = oldest();
    const now = clock.now();
    const depths: Record<string, Depth> = {};
    for (const thing of map.things) {
      const found: Depth = {};
      if (thing.kind === "queue") {
        Object.assign(found, await inQueue(thing.name));
        const sentAt = since.get(thing.name) ?? since.get(thing.arn);
        if (found.depth && sentAt !== undefined) found.age = Math.max(0, now - sentAt);
      }
      if (thing.kind === "outbox")
        found.depth = (
          await look("dynamodb", "DescribeTable", { TableName: thing.name })
        ).Table.ItemCount;
      if (thing.kind === "saga")
        found.running = (
          await look("states", "ListExecutions", {
            stateMachineArn: thing.arn,
            statusFilter: "RUNNING",
          })
        ).executions.length;
      let letters = 0;
      for (const queue of thing.deadLetters) {
        const name = dead.get(queue);
        if (name) letters += (await inQueue(name)).depth;
      }
      if (letters > 0) found.deadLetters = letters;
      if (await isPaused(thing, off)) found.paused = true;
      if (Object.keys(found).length > 0) depths[thing.id] = found;
    }
    return depths;
  };
};

/** So long an answer is good for all who ask, in milliseconds of the wall. */
const GOOD_MS = 200;

/** What waits where, for many consoles at once. */
export const depthRoutes = (sight: Sight): Routes => {
  const look = depthsOf(sight);
  let looked: { at: number; depths: Promise<Record<string, Depth>> } | undefined;
  return {
    "GET depths"() {
      const at = performance.now();
      if (!looked || at - looked.at > GOOD_MS) looked = { at, depths: look() };
      return looked.depths;
    },
  };
};

import type { Graph, Resource } from "emulator/boot/graph";

/** What a thing of the map is. */
export type ThingKind =
  | "api"
  | "bus"
  | "archive"
  | "function"
  | "table"
  | "outbox"
  | "queue"
  | "saga"
  | "mail";

/** Something that is drawn. */
export type Thing = {
  id: string;
  kind: ThingKind;
  /** The context that it belongs to. */
  room: string;
  /** Its name on AWS. */
  name: string;
  arn: string;
  /** Queues where what it gave up waits for a person. */
  deadLetters: string[];
  /** Routes of the API that lead to it. */
  routes?: string[];
  /** When it runs by itself. */
  schedule?: string;
  /** Where its handler's source is. */
  source?: string;
};

const kinds: Record<string, { kind: ThingKind; ending?: RegExp }> = {
  "aws:apigatewayv2/api:Api": { kind: "api", ending: /Api$/ },
  "aws:cloudwatch/eventBus:EventBus": { kind: "bus", ending: /Bus$/ },
  "aws:cloudwatch/eventArchive:EventArchive": { kind: "archive" },
  "aws:lambda/function:Function": { kind: "function", ending: /Function$/ },
  "aws:dynamodb/table:Table": { kind: "table", ending: /Table$/ },
  "aws:sqs/queue:Queue": { kind: "queue", ending: /Queue$/ },
  "aws:sfn/stateMachine:StateMachine": { kind: "saga" },
  "aws:sesv2/emailIdentity:EmailIdentity": { kind: "mail", ending: /Identity$/ },
};

/** The resources of a type, by the end of Pulumi's name of it. */
export const ofType = ({ resources }: Graph, type: string): Resource[] =>
  resources.filter((one) => one.type.endsWith(`:${type}`));

/** Things of a graph, by their ids; and by their ARNs and their names on AWS. Queues of dead letters are none: they are badges. */
export type Things = {
  all: Thing[];
  at: (name: unknown) => Thing | undefined;
  /** The queue of dead letters at an ARN, by what people call it. */
  deadLettersAt: (arn: unknown) => string | undefined;
};

const idOf = ({ type, name }: Resource) => {
  const ending = kinds[type]?.ending;
  return ending ? name.replace(ending, "") : name;
};

/** Finds what is drawn of a graph. */
export const mapThings = (graph: Graph): Things => {
  const sources = new Map(graph.functions.map((fn) => [fn.functionName, fn.handler]));
  const isDeadLetters = ({ type, inputs }: Resource) =>
    kinds[type]?.kind === "queue" && !inputs.redrivePolicy;
  const streamed = new Set(
    ofType(graph, "EventSourceMapping").map(({ inputs }) => String(inputs.eventSourceArn)),
  );
  const isOutbox = ({ outputs }: Resource) =>
    [...streamed].some((arn) => arn.startsWith(`${outputs.arn}/stream/`));

  const all: Thing[] = [];
  const byName = new Map<string, Thing>();
  const dead = new Map<string, string>();
  for (const resource of graph.resources) {
    const found = kinds[resource.type];
    if (!found) continue;
    const { inputs, outputs } = resource;
    if (isDeadLetters(resource)) {
      dead.set(outputs.arn, idOf(resource));
      continue;
    }
    const name = String(outputs.name ?? inputs.name ?? inputs.emailIdentity ?? resource.name);
    const handler = sources.get(name);
    const thing: Thing = {
      id: idOf(resource),
      kind: found.kind === "table" && isOutbox(resource) ? "outbox" : found.kind,
      room: inputs.tags?.context ?? "platform",
      name,
      arn: String(outputs.arn ?? resource.name),
      deadLetters: [],
      ...(handler && { source: handler.replace(/\.\w+$/, ".ts") }),
    };
    all.push(thing);
    for (const known of [outputs.arn, outputs.name, outputs.id, outputs.url, inputs.name])
      if (typeof known === "string") byName.set(known, thing);
  }
  return {
    all,
    at: (name) => (typeof name === "string" ? byName.get(name) : undefined),
    deadLettersAt: (arn) => (typeof arn === "string" ? dead.get(arn) : undefined),
  };
};

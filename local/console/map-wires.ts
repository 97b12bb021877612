import type { Graph } from "emulator/boot/graph";
import { ofType, type Thing, type Things } from "./map-things.ts";

/** Something that passes between two things: a call, which is answered, or an event, which is not. */
export type Wire = { from: string; to: string; kind: "call" | "event"; label?: string };

const listed = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");

type Statement = { Effect: string; Action: string | string[]; Resource: string | string[] };

/** Who holds a role, by the role's ARN. */
const holdersOf = (graph: Graph, { at }: Things): Map<string, Thing> => {
  const holders = new Map<string, Thing>();
  for (const type of ["Function", "StateMachine"])
    for (const { inputs, outputs } of ofType(graph, type)) {
      const thing = at(outputs.arn);
      if (thing) holders.set(inputs.role ?? inputs.roleArn, thing);
    }
  return holders;
};

/** Actions that hand something over and wait for no result of it. */
const hands = /^(events:PutEvents|sqs:SendMessage|states:StartExecution|ses:SendEmail)$/;
/** What an event source mapping does for its function. */
const polls =
  /^(sqs:(Receive|Delete)Message|sqs:GetQueue|dynamodb:(GetRecords|GetShard|Describe|ListStreams))/;

const permitted = (graph: Graph, things: Things): Wire[] => {
  const holders = holdersOf(graph, things);
  const wires: Wire[] = [];
  for (const { inputs, outputs } of ofType(graph, "Role")) {
    const from = holders.get(outputs.arn);
    if (!from) continue;
    const statements = (inputs.inlinePolicies ?? []).flatMap(
      ({ policy }: { policy: string }) => JSON.parse(policy).Statement as Statement[],
    );
    for (const { Action, Resource } of statements) {
      const actions = listed(Action).filter((action) => !polls.test(action));
      if (actions.length === 0) continue;
      const kind = actions.every((action) => hands.test(action)) ? "event" : "call";
      for (const arn of listed(Resource)) {
        const to = things.at(arn) ?? mailAt(things, arn);
        if (to && to !== from)
          wires.push({ from: from.id, to: to.id, kind, label: actions.join(", ") });
      }
    }
  }
  return wires;
};

const mailAt = ({ all }: Things, arn: string) =>
  /:ses:.*:identity\//.test(arn)
    ? all.find(({ kind, name }) => kind === "mail" && arn.endsWith(`/${name}`))
    : undefined;

/** What a function reaches over HTTP: the address of another thing is linked to it. */
const linked = (graph: Graph, { at }: Things): Wire[] => {
  const urls = new Map<string, Thing>();
  for (const { inputs, outputs } of ofType(graph, "FunctionUrl")) {
    const thing = at(inputs.functionName);
    if (thing) urls.set(String(outputs.functionUrl), thing);
  }
  for (const { outputs } of ofType(graph, "Api")) {
    const thing = at(outputs.arn);
    if (thing) urls.set(String(outputs.apiEndpoint), thing);
  }
  return graph.functions.flatMap(({ functionName, links }): Wire[] => {
    const from = at(functionName);
    return Object.values(links).flatMap(({ url }) => {
      const to = typeof url === "string" ? urls.get(url) : undefined;
      return from && to
        ? [{ from: from.id, to: to.id, kind: "call", label: "HTTPS" } as const]
        : [];
    });
  });
};

const routed = (graph: Graph, { at }: Things): Wire[] => {
  const functions = new Map(
    ofType(graph, "Integration").map(({ inputs, outputs }) => [
      `integrations/${outputs.id}`,
      at(inputs.integrationUri),
    ]),
  );
  const [api] = ofType(graph, "Api");
  const from = at(api?.outputs.arn);
  return ofType(graph, "Route").flatMap(({ inputs }): Wire[] => {
    const to = functions.get(inputs.target);
    if (!from || !to) return [];
    to.routes = [...(to.routes ?? []), inputs.routeKey];
    return [{ from: from.id, to: to.id, kind: "call", label: inputs.routeKey }];
  });
};

const mapped = (graph: Graph, { at, deadLettersAt }: Things): Wire[] =>
  ofType(graph, "EventSourceMapping").flatMap(({ inputs }): Wire[] => {
    const source = String(inputs.eventSourceArn);
    const from = at(source) ?? at(source.split("/stream/")[0]);
    const to = at(inputs.functionName);
    const dead = deadLettersAt(inputs.destinationConfig?.onFailure?.destinationArn);
    if (to && dead) to.deadLetters.push(dead);
    return from && to ? [{ from: from.id, to: to.id, kind: "event" }] : [];
  });

/** What AWS itself tells the default bus about: it comes from the thing that is told of. */
const tellers = (pattern: { source?: string[] }, { all }: Things): Thing[] => {
  if (pattern.source?.includes("aws.states")) return all.filter(({ kind }) => kind === "saga");
  if (pattern.source?.includes("aws.ses")) return all.filter(({ kind }) => kind === "mail");
  return [];
};

const ruled = (graph: Graph, things: Things): Wire[] => {
  const { at, deadLettersAt } = things;
  const rules = new Map(ofType(graph, "EventRule").map(({ inputs }) => [inputs.name, inputs]));
  return ofType(graph, "EventTarget").flatMap(({ inputs }): Wire[] => {
    const to = at(inputs.arn);
    if (!to) return [];
    const dead = deadLettersAt(inputs.deadLetterConfig?.arn);
    if (dead && !to.deadLetters.includes(dead)) to.deadLetters.push(dead);
    const rule = rules.get(inputs.rule);
    const pattern = JSON.parse(rule?.eventPattern ?? "{}");
    const bus = at(inputs.eventBusName);
    const label = (pattern["detail-type"] ?? [])
      .map((type: string | { prefix: string }) =>
        typeof type === "string" ? type : type.prefix?.replace(/\.v$/, ""),
      )
      .join(", ");
    return (bus ? [bus] : tellers(pattern, things)).map((from) => ({
      from: from.id,
      to: to.id,
      kind: "event" as const,
      label,
    }));
  });
};

/** Gives things the queues of their dead letters and their schedules, which are no wires. */
const badges = (graph: Graph, { at, deadLettersAt }: Things) => {
  const give = (thing: Thing | undefined, arn: unknown) => {
    const dead = deadLettersAt(arn);
    if (thing && dead && !thing.deadLetters.includes(dead)) thing.deadLetters.push(dead);
  };
  for (const { inputs, outputs } of ofType(graph, "Queue"))
    if (inputs.redrivePolicy)
      give(at(outputs.arn), JSON.parse(inputs.redrivePolicy).deadLetterTargetArn);
  for (const { inputs, outputs } of ofType(graph, "Function"))
    give(at(outputs.arn), inputs.deadLetterConfig?.targetArn);
  for (const { inputs } of ofType(graph, "Schedule")) {
    const thing = at(inputs.target?.arn);
    if (thing) thing.schedule = inputs.scheduleExpression;
    give(thing, inputs.target?.deadLetterConfig?.arn);
  }
};

/** All wires of a graph, one between any two things in a direction: a call where both pass. Completes the things. */
export const mapWires = (graph: Graph, things: Things): Wire[] => {
  badges(graph, things);
  const wires = new Map<string, Wire>();
  const archives = ofType(graph, "EventArchive").flatMap(({ inputs, name }): Wire[] => {
    const [bus, archive] = [things.at(inputs.eventSourceArn), things.at(inputs.name)];
    return bus && archive ? [{ from: bus.id, to: archive.id, kind: "event", label: name }] : [];
  });
  for (const wire of [
    ...routed(graph, things),
    ...linked(graph, things),
    ...permitted(graph, things),
    ...mapped(graph, things),
    ...ruled(graph, things),
    ...archives,
  ]) {
    const key = `${wire.from} ${wire.to}`;
    const known = wires.get(key);
    if (!known) wires.set(key, { ...wire });
    else {
      if (wire.kind === "call") known.kind = "call";
      const labels = [known.label, wire.label].filter(Boolean);
      if (labels.length > 0) known.label = [...new Set(labels)].join(", ").slice(0, 400);
    }
  }
  return [...wires.values()];
};

import type { Graph } from "emulator/boot/graph";
import { mapThings, type Thing, type ThingKind } from "./map-things.ts";
import { mapWires, type Wire } from "./map-wires.ts";

/** A context, as a room of the map. */
export type Room = {
  id: string;
  label: string;
  /** Where it stands: those that publish over the bus, those that only hear it, and what lies between. */
  side: "publishes" | "hears" | "between";
};

/** What is seen of a room from afar: one or several of its things. */
export type Part = {
  id: string;
  room: string;
  label: string;
  kind: "front" | "work" | "store" | "relay" | "saga" | "bus" | "api" | "room";
  members: string[];
};

/** The map of a shop, from its graph alone. Where each thing stands is for whoever draws it. */
export type ShopMap = {
  rooms: Room[];
  things: Thing[];
  wires: Wire[];
  parts: Part[];
  /** What the graph has and the map does not draw, with the reason. */
  apart: { name: string; type: string; why: string }[];
};

/** Types that are not things, and why they are not drawn. */
const reasons: Record<string, string> = {
  Authorizer: "a setting of the API",
  ConfigurationSet: "a setting of the e-mail identity",
  ConfigurationSetEventDestination: "a setting of the e-mail identity",
  EventRule: "drawn as the wire from the bus to its target",
  EventSourceMapping: "drawn as the wire from its source to its function",
  EventTarget: "drawn as the wire from the bus to it",
  FunctionUrl: "drawn as the wires to its function",
  Integration: "drawn as the wire from the API to its function",
  LogGroup: "where a thing writes its log",
  LogMetricFilter: "counts lines of a log",
  MetricAlarm: "watches a thing and passes nothing on",
  Permission: "lets another thing call this one: drawn as their wire",
  Queue: "a queue of dead letters: a badge on the thing whose they are",
  QueuePolicy: "lets another thing send to this one: drawn as their wire",
  Role: "what a thing may do: drawn as its wires",
  Route: "drawn as the wire from the API to its function",
  Schedule: "a badge on the function that it runs",
  Stage: "a setting of the API",
  Topic: "takes alarms, which are not drawn",
  UserGroup: "who customers are: asked before the API",
  UserPool: "who customers are: asked before the API",
  UserPoolClient: "who customers are: asked before the API",
};

const between = new Set<ThingKind>(["api", "bus", "archive", "saga"]);

const words = (id: string) => id.charAt(0).toUpperCase() + id.slice(1).replaceAll("-", " ");

const counted = (things: Thing[], kind: ThingKind, one: string, many: string) => {
  const count = things.filter((thing) => thing.kind === kind).length;
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
};

/** What is seen of a room: who answers, who works, where it is kept, who tells. */
const partsOf = (
  room: string,
  things: Thing[],
  wires: Wire[],
  isReached: (id: string) => boolean,
): Part[] => {
  const outboxes = things.filter(({ kind }) => kind === "outbox");
  const relays = things.filter(({ id }) =>
    wires.some(({ from, to }) => to === id && outboxes.some((one) => one.id === from)),
  );
  const fronts = things.filter((thing) => thing.kind === "function" && isReached(thing.id));
  const stores = things.filter(({ kind }) => kind === "table" || kind === "outbox");
  const rest = things.filter((one) => ![...fronts, ...stores, ...relays].includes(one));
  const part = (kind: Part["kind"], members: Thing[], label = ""): Part[] =>
    members.length === 0
      ? []
      : [
          {
            id: members.length === 1 ? (members[0]?.id ?? "") : `${room}:${kind}`,
            room,
            kind,
            label: members.length === 1 ? (members[0]?.id ?? "") : label,
            members: members.map(({ id }) => id),
          },
        ];
  const [table] = stores.filter(({ kind }) => kind === "table");
  return [
    ...part("front", fronts, fronts[0]?.id),
    ...part(
      "work",
      rest,
      [
        ...counted(rest, "queue", "queue", "queues"),
        ...counted(rest, "function", "function", "functions"),
      ].join(", "),
    ),
    ...part("store", stores, table?.id),
    ...part("relay", relays),
  ];
};

/** Makes the map of a graph. */
export const mapOf = (graph: Graph): ShopMap => {
  const things = mapThings(graph);
  const wires = mapWires(graph, things);
  const { all } = things;
  const thingOf = new Map(all.map((thing) => [thing.id, thing]));
  const isBus = (id: string) => thingOf.get(id)?.kind === "bus";
  const inRoom = all.filter(({ kind }) => !between.has(kind));
  const reached = new Set(
    wires
      .filter(
        ({ from, to, kind, label }) =>
          kind === "call" &&
          (thingOf.get(from)?.kind === "api" || label?.includes("HTTPS")) &&
          thingOf.get(to)?.kind === "function",
      )
      .map(({ to }) => to),
  );

  const names = [...new Set(inRoom.map(({ room }) => room))].sort();
  const rooms = names.map((id): Room => {
    const own = new Set(inRoom.filter(({ room }) => room === id).map((one) => one.id));
    const publishes = all.some(({ kind, room }) => kind === "outbox" && room === id);
    const hears = wires.some(({ from, to }) => isBus(from) && own.has(to));
    return { id, label: words(id), side: publishes ? "publishes" : hears ? "hears" : "between" };
  });

  const parts: Part[] = rooms.flatMap(({ id, label, side }): Part[] => {
    const own = inRoom.filter(({ room }) => room === id);
    const seen = partsOf(id, own, wires, (thing) => reached.has(thing));
    const asked = wires.some(
      ({ from, to }) =>
        from !== to &&
        thingOf.get(from)?.room !== id &&
        thingOf.get(from)?.kind !== "api" &&
        own.some((one) => one.id === to),
    );
    // A room that nobody asks or tells, for it works at set times, is one part.
    if (side !== "between" || asked) return seen;
    return [{ id: `${id}:room`, room: id, kind: "room", label, members: own.map((one) => one.id) }];
  });
  const single = (kind: ThingKind, as: Part["kind"]): Part[] =>
    all
      .filter((thing) => thing.kind === kind)
      .map(({ id, room }) => ({
        id,
        room,
        kind: as,
        label: id,
        members:
          kind === "bus"
            ? [id, ...all.filter((one) => one.kind === "archive").map((one) => one.id)]
            : [id],
      }));

  const drawn = new Set(all.map(({ arn, name }) => `${arn} ${name}`));
  return {
    rooms,
    things: all,
    wires,
    parts: [...single("api", "api"), ...parts, ...single("saga", "saga"), ...single("bus", "bus")],
    apart: graph.resources
      .filter(({ outputs, inputs, name }) => {
        const thing = things.at(outputs.arn) ?? things.at(outputs.name);
        const known = [outputs.name, inputs.name, inputs.emailIdentity, name];
        return (
          !(thing && drawn.has(`${thing.arn} ${thing.name}`) && thing.arn === outputs.arn) &&
          !all.some((one) => one.arn === name && known.includes(one.name))
        );
      })
      .map(({ name, type }) => ({
        name,
        type,
        why: reasons[type.split(":").at(-1) ?? ""] ?? "",
      })),
  };
};

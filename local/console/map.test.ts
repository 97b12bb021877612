import { describe, expect, it } from "vitest";
import { layOut, wiresOf } from "../../web/console/map/layout.ts";
import { layOutRoom } from "../../web/console/map/room-layout.ts";
import { shopGraph } from "../repository.ts";
import { mapOf } from "./map.ts";

const graph = shopGraph();
const map = mapOf(graph);
const partOf = new Map(map.parts.flatMap(({ id, members }) => members.map((one) => [one, id])));

describe("the map of the shop", () => {
  it("has every resource of the graph once, as a thing or apart with a reason", () => {
    const apart = new Set(map.apart.map(({ name, type }) => `${type} ${name}`));
    const left = graph.resources.filter(({ type, name }) => !apart.has(`${type} ${name}`));
    expect(left.map(({ outputs, name }) => outputs.arn ?? name).sort()).toEqual(
      map.things.map(({ arn }) => arn).sort(),
    );
    expect(map.apart.filter(({ why }) => why === "")).toEqual([]);
  });

  it("shows at most 25 parts at first glance, with every thing in exactly one", () => {
    expect(map.parts.length).toBeLessThanOrEqual(25);
    const members = map.parts.flatMap((part) => part.members);
    expect(members.toSorted()).toEqual(map.things.map(({ id }) => id).toSorted());
  });

  it("ties every thing to another one, and knows of each wire both ends", () => {
    const ends = map.wires.flatMap(({ from, to }) => [from, to]);
    expect(map.things.filter(({ id }) => !ends.includes(id))).toEqual([]);
    expect(ends.filter((id) => !partOf.has(id))).toEqual([]);
  });

  it("makes a badge of every queue of dead letters, on the thing whose they are", () => {
    const dead = graph.resources.filter(
      ({ type, inputs }) => type === "aws:sqs/queue:Queue" && !inputs.redrivePolicy,
    );
    expect(map.things.flatMap(({ deadLetters }) => deadLetters).sort()).toEqual(
      dead.map(({ name }) => name.replace(/Queue$/, "")).sort(),
    );
  });

  it("draws calls and events as such", () => {
    const kindOf = (from: string, to: string) =>
      map.wires.find((wire) => wire.from === from && wire.to === to)?.kind;
    expect(kindOf("Api", "OrdersApi")).toBe("call");
    expect(kindOf("OrdersApi", "OrdersTable")).toBe("call");
    expect(kindOf("OrdersOutbox", "OrdersRelayOutbox")).toBe("event");
    expect(kindOf("OrdersRelayOutbox", "Bus")).toBe("event");
    expect(kindOf("Bus", "OrderViewsQueue")).toBe("event");
    expect(kindOf("FulfilOrder", "ReserveStock")).toBe("call");
    expect(kindOf("CapturePayment", "ProviderApi")).toBe("call");
    expect(kindOf("DeliverWebhook", "Api")).toBe("call");
    expect(kindOf("FulfilOrder", "RecoverSaga")).toBe("event");
    expect(kindOf("NotifyCustomer", "Mail")).toBe("event");
  });
});

describe("the drawing of the map", () => {
  type Box = { id: string; x: number; y: number; w: number; h: number };
  const overlaps = (boxes: Box[]) =>
    boxes.flatMap((a, i) =>
      boxes
        .slice(i + 1)
        .filter((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h)
        .map((b) => `${a.id} over ${b.id}`),
    );
  const outside = (boxes: Box[], wide: number, high: number) =>
    boxes.filter(({ x, y, w, h }) => x < 0 || y < 0 || x + w > wide || y + h > high);

  it.each([
    ["a projector", 1280, 630],
    ["a desktop", 1920, 980],
    ["a small window", 1024, 560],
  ])("has a place for every part on %s, and none over another", (_, wide, high) => {
    const { parts, rooms, wires } = layOut(map, wide, high);
    expect(parts.map(({ id }) => id).toSorted()).toEqual(map.parts.map(({ id }) => id).toSorted());
    expect([overlaps(parts), overlaps(rooms)]).toEqual([[], []]);
    expect([outside(parts, wide, high), outside(rooms, wide, high)]).toEqual([[], []]);
    expect(wires).toHaveLength(wiresOf(map).length);
    expect(wires.filter(({ path, trail }) => /NaN/.test(path) || !(trail.length > 0))).toEqual([]);
  });

  it.each(map.rooms.map(({ id }) => id))("has a place for every thing of the room %s", (room) => {
    const { things, beside, wires } = layOutRoom(map, room, 1280, 590);
    const own = map.things.filter((thing) => thing.room === room && thing.kind !== "saga");
    expect(things.map(({ id }) => id).toSorted()).toEqual(own.map(({ id }) => id).toSorted());
    expect(overlaps([...things, ...beside])).toEqual([]);
    expect(outside([...things, ...beside], 1280, 590)).toEqual([]);
    const ends = new Set([...things, ...beside].map(({ id }) => id));
    const touching = map.wires.filter(({ from, to }) =>
      own.some(({ id }) => id === from || id === to),
    );
    expect(wires).toHaveLength(touching.filter(({ from, to }) => ends.has(from) && ends.has(to)).length);
    expect(wires).toHaveLength(touching.length);
  });
});

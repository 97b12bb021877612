import { describe, expect, it } from "vitest";
import { holds } from "./conditions.ts";
import { type AttributeValue, type Item, sameValue } from "./items.ts";
import { normalNumber } from "./numbers.ts";
import { startDynamo } from "./testing/start-dynamo.ts";
import { updated } from "./updates.ts";

/** A set whose members are counted when they are looked at. */
const watched = (size: number) => {
  let reads = 0;
  const NS = new Proxy(
    Array.from({ length: size }, (_, i) => String(i)),
    {
      get(set, member, receiver) {
        reads += 1;
        return Reflect.get(set, member, receiver);
      },
    },
  );
  return { set: { NS } satisfies AttributeValue, reads: () => reads };
};

const size = 3_000;
/** Each member is looked at a few times, however many there are. */
const few = 8 * size;

describe("a set as large as an item can be", () => {
  it("is compared in time linear in its members", () => {
    const [one, other] = [watched(size), watched(size)];
    expect(sameValue(one.set, other.set)).toBe(true);
    expect(one.reads() + other.reads()).toBeLessThan(few);
  });

  it.each(["add", "delete"] as const)("is updated (%s) in such a time", (type) => {
    const [one, other] = [watched(size), watched(size)];
    const path = ["set"];
    const update = {
      clauses: [{ type, path, value: ":v" }],
      paths: [path],
      heads: new Set(path),
    };
    const after = updated({ set: one.set }, update, { ":v": other.set });
    expect(after.set?.NS?.length).toBe(type === "add" ? size : undefined);
    expect(one.reads() + other.reads()).toBeLessThan(few);
  });
});

describe("a list that may contain a map", () => {
  it("looks at the map's names once, not for each of its members", () => {
    let looks = 0;
    const M = new Proxy<Item>(
      { a: { S: "x" }, b: { S: "y" } },
      {
        ownKeys(map) {
          looks += 1;
          return Reflect.ownKeys(map);
        },
      },
    );
    const contains = (L: AttributeValue[]) =>
      holds(
        { operator: "contains", operands: [{ path: ["l"] }, { value: ":m" }] },
        { l: { L } },
        {
          ":m": { M },
        },
      );
    const others = Array.from({ length: 1_000 }, (): AttributeValue => ({ M: {} }));
    expect(contains(others)).toBe(false);
    expect(looks).toBeLessThan(10);
    expect(contains([...others, { M: { b: { S: "y" }, a: { S: "x" } } }])).toBe(true);
  });
});

describe("a number as long as a request can be", () => {
  const zeros = "0".repeat(400_000);
  it.each([
    ["zeros within", `1${zeros}1`, "overflow"],
    ["zeros within a fraction", `0.1${zeros}1`, "more than 38 significant digits"],
    ["digits", "9".repeat(400_000), "overflow"],
    ["an exponent", `1e${"9".repeat(400_000)}`, "overflow"],
    ["a negative exponent", `1e-${"9".repeat(400_000)}`, "underflow"],
  ])("is refused, for all its %s", (_what, text, message) => {
    expect(() => normalNumber(text)).toThrow(message);
  });

  it("may be a short one after all", () => {
    expect(normalNumber(`${zeros}12.50${zeros}`)).toBe("12.5");
    expect(normalNumber(`-0.${zeros}`)).toBe("0");
  });
});

describe("attributes whose names alone are more than an item", () => {
  /** Names of 800 characters: 512 of them are as many bytes as an item may have. */
  const many = (reads: () => void) =>
    new Proxy(
      Object.fromEntries(
        Array.from({ length: 1_500 }, (_, i) => [String(i).padStart(800, "a"), { S: "" }]),
      ),
      {
        get(map, member, receiver) {
          reads();
          return Reflect.get(map, member, receiver);
        },
      },
    );
  const key = "The provided key element does not match the schema";

  it.each([
    ["PutItem", "Item", "Item size has exceeded the maximum allowed size"],
    ["GetItem", "Key", key],
    ["DeleteItem", "Key", key],
    ["UpdateItem", "Key", key],
  ])("are looked at as far as there might be (%s)", async (operation, member, message) => {
    const { onTable } = await startDynamo();
    let reads = 0;
    const count = () => {
      reads += 1;
    };
    await expect(onTable(operation, { [member]: many(count) })).rejects.toMatchObject({
      code: "ValidationException",
      message,
    });
    expect(reads).toBeLessThan(600);
  });
});

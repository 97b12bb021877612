import { describe, expect, it } from "vitest";
import { kindOfCase, oneOfEachKind } from "./alike.ts";
import { type Case, singlesOf } from "./cases.ts";

const points = (...names: string[]) =>
  names.map((point) => ({ point, fits: ["delay" as const, "throttle" as const] }));
const cases = singlesOf([
  {
    flow: "a",
    points: points(
      "Api dynamodb.GetItem:Orders order-1 #1",
      "Api dynamodb.GetItem:Orders order-2 #3",
    ),
  },
  {
    flow: "b",
    points: points("Api dynamodb.GetItem:Orders - #1", "Api dynamodb.GetItem:Orders order-1 #1"),
  },
  { flow: "c", points: points("Api dynamodb.GetItem:Stock order-1 #1") },
]);
const turn = (number: number): Case[] => {
  const { count, at } = oneOfEachKind(cases, number);
  return Array.from({ length: count }, (_, index) => at(index));
};

describe("one case of each kind", () => {
  it("has every fault at every call, whatever the order, the flow and the number", () => {
    expect(cases.count).toBe(10);
    const kinds = turn(0).map(kindOfCase);
    expect(kinds.sort()).toEqual(
      [
        "Api dynamodb.GetItem:Orders -",
        "Api dynamodb.GetItem:Orders an order",
        "Api dynamodb.GetItem:Stock an order",
      ].flatMap((call) => [`${call} delay`, `${call} throttle`]),
    );
  });

  it("is the same in the same turn, and in time every case", () => {
    expect(turn(5)).toEqual(turn(5));
    const seen = new Set(
      [0, 1, 2].flatMap((number) => turn(number).map((one) => JSON.stringify(one))),
    );
    expect(seen.size).toBe(cases.count);
  });
});

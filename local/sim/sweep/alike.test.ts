import { describe, expect, it } from "vitest";
import { kindOfCase, oneFaultIn, oneOfEachKind } from "./alike.ts";
import { singlesOf } from "./cases.ts";

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

describe("one case of each kind", () => {
  it("has every fault at every call, whatever the order, the flow and the number", () => {
    expect(cases.count).toBe(10);
    const { count, at } = oneOfEachKind(cases);
    const kinds = Array.from({ length: count }, (_, index) => kindOfCase(at(index)));
    expect(kinds.sort()).toEqual(
      [
        "Api dynamodb.GetItem:Orders -",
        "Api dynamodb.GetItem:Orders an order",
        "Api dynamodb.GetItem:Stock an order",
      ].flatMap((call) => [`${call} delay`, `${call} throttle`]),
    );
  });

  it("is not of a long flow, where there is another", () => {
    const { count, at } = oneOfEachKind(cases, ({ flow }) => flow !== "b");
    const flows = Array.from({ length: count }, (_, index) => at(index).flow);
    expect(flows.sort()).toEqual(["b", "b", "b", "b", "c", "c"]);
  });
});

describe("one fault in so many", () => {
  it("strikes a call of every kind, by each fault somewhere", () => {
    const struck = (every: number) => oneFaultIn(every, oneOfEachKind(cases)).map(kindOfCase);
    expect(struck(1)).toHaveLength(6);
    expect(struck(2)).toEqual([
      "Api dynamodb.GetItem:Orders an order delay",
      "Api dynamodb.GetItem:Orders - throttle",
      "Api dynamodb.GetItem:Stock an order delay",
    ]);
    expect(struck(9)).toHaveLength(3);
  });
});

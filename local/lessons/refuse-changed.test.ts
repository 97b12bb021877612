import { describe, expect, it } from "vitest";
import type { Copy } from "./copy.ts";
import { refuseChanged } from "./refuse-changed.ts";

const FILE = "services/orders/src/saga/fulfil-order.ts";
const lesson = { sabotage: [{ file: FILE, find: "a", replace: "b" }] };

const refuse = (putIn: ReturnType<Copy["putIn"]>, ...changed: string[]) =>
  refuseChanged({ root: "copy", changed: () => changed, putIn: () => putIn }, lesson, "07");

describe("what a learner has changed", () => {
  it("is not mixed with a defect that comes after it, in the defect's own file either", () => {
    expect(() => refuse("nothing", FILE)).toThrow(
      `You have changed ${FILE} in copy: \`npm run lesson 7 -- --reset\` makes the copy new.`,
    );
    expect(() => refuse("nothing", FILE, "notes.md")).toThrow(`${FILE} and 1 more in copy`);
    refuse("nothing");
  });

  it("of the defect, once it was put in, stays as it was mended", () => {
    refuse("defect", FILE);
    expect(() => refuse("defect", FILE, "notes.md")).toThrow("You have changed notes.md");
  });
});

import { describe, expect, it } from "vitest";
import { realClock, virtualClock } from "../clock.ts";
import { asFunctionBody, inlineRuntime } from "./inline-runtime.ts";
import { runtimeContract } from "./testing/runtime-contract.ts";

runtimeContract("the inline runtime, in virtual time", () => {
  const clock = virtualClock();
  return {
    clock,
    runtime: inlineRuntime(),
    async finish(work) {
      let done = false;
      const end = () => {
        done = true;
      };
      work.then(end, end);
      await clock.runUntil(() => done);
      return work;
    },
  };
});

runtimeContract("the inline runtime, in real time", () => {
  const clock = realClock((error) => {
    throw error;
  });
  return { clock, runtime: inlineRuntime(), finish: (work) => work, stop: clock.stop };
});

describe("code as a function's body", () => {
  const run = async (code: string) => {
    const make = new Function("require", asFunctionBody(code));
    return make((from: string) => ({ from, a: "A", b: "B" }));
  };

  it("imports and exports what the module did", async () => {
    expect(
      await run(
        [
          'import "side-effect";',
          'import whole, { a as first } from "one";',
          'import {\n  a,\n  b as second\n} from "two";',
          'import * as star from "three";',
          "var local = [whole.from, first, a, second, star.from];",
          "export {\n  local as default,\n  first\n};",
        ].join("\n"),
      ),
    ).toEqual({ default: ["one", "A", "A", "B", "three"], first: "A" });
  });
});

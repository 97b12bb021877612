import { rmSync, utimesSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Code } from "./bundle.ts";
import { inlineRuntime } from "./inline-runtime.ts";
import { functionsIn } from "./testing/functions-in.ts";
import { temporaryCode } from "./testing/temporary-code.ts";
import { threadRuntime } from "./thread-runtime.ts";

let temporary: ReturnType<typeof temporaryCode>;
let functions: ReturnType<typeof functionsIn>;
const write = (file: string, text: string) => temporary.write(file, text);
const told = () => functions.facts.filter(({ kind }) => kind.startsWith("function."));

describe.each([
  [
    "threads",
    (code: Code) => functionsIn((callerOf) => threadRuntime({ code, callerOf, threads: 1 })),
  ],
  ["this process", (code: Code) => functionsIn(() => inlineRuntime({ code, follow: true }))],
] as const)("code that runs in %s", (_, functionsOf) => {
  beforeEach(async () => {
    temporary = temporaryCode();
    functions = functionsOf(temporary.code);
    write("lib/word.ts", 'export const word = "old";');
    write(
      "one.ts",
      'import { word } from "./lib/word.ts"; export const handler = () => "one " + word;',
    );
    write(
      "two.ts",
      'import { word } from "./lib/word.ts"; export const handler = () => "two " + word;',
    );
    write(
      "counts.ts",
      "let count = 0; export const handler = () => { count += 1; return count; };",
    );
    for (const name of ["one", "two", "counts"]) await functions.create(name, `${name}.ts`);
    expect(await functions.invoke("one")).toBe("one old");
    expect(await functions.invoke("two")).toBe("two old");
    expect(await functions.invoke("counts")).toBe(1);
  });
  afterEach(() => {
    functions.stop();
    temporary.remove();
  });

  /** Files are not looked at for each call: until a call finds that they changed, there may be some. */
  const comes = (functionName: string, answer: unknown) =>
    expect.poll(() => functions.invoke(functionName)).toEqual(answer);

  it("what is changed is there at the next call, in all functions that it is in, and no other begins anew", async () => {
    write("lib/word.ts", 'export const word = "new";');
    await comes("one", "one new");
    expect(await functions.invoke("two")).toBe("two new");
    expect(await functions.invoke("counts")).toBe(2);
    expect(told()).toEqual([
      { kind: "function.reloaded", functions: ["one", "two"], file: "lib/word.ts" },
    ]);
  });

  it("what does not compile is told with its file and line, once, and what ran goes on until it is mended", async () => {
    write("one.ts", 'export const handler = () => {\n  return "broken\n};');
    const asked = async () => {
      expect(await functions.invoke("one")).toBe("one old");
      return told();
    };
    const message = "one.ts:2: Unterminated string literal";
    await expect
      .poll(asked)
      .toEqual([{ kind: "function.broken", functions: ["one"], file: "one.ts", message }]);
    write("one.ts", 'export const handler = () => "mended";');
    await comes("one", "mended");
    expect(told().map(({ kind }) => kind)).toEqual(["function.broken", "function.reloaded"]);
  });

  it("a file that was missing is found when it is there", async () => {
    write("one.ts", 'import { late } from "./lib/late.ts"; export const handler = () => late;');
    const asked = async () => {
      await functions.invoke("one");
      return told().map(({ message }) => message);
    };
    await expect.poll(asked).toEqual(['one.ts:1: Could not resolve "./lib/late.ts"']);
    write("lib/late.ts", 'export const late = "at last";');
    await comes("one", "at last");
  });

  it("a handler that is taken away, or no longer exports its name, goes on as it was", async () => {
    write("two.ts", "export const other = 1;");
    rmSync(`${temporary.root}/one.ts`);
    const asked = async () => {
      expect(await functions.invoke("one")).toBe("one old");
      expect(await functions.invoke("two")).toBe("two old");
      return told().map(({ message }) => message);
    };
    await expect
      .poll(asked)
      .toEqual(
        expect.arrayContaining(["There is no file one.ts.", "two.ts does not export handler."]),
      );
  });

  it("what is under way ends on the old code, and what was only touched does not begin anew", async () => {
    write(
      "slow.ts",
      `export const handler = async ({ ms }) => {
       await new Promise((resolve) => setTimeout(resolve, ms));
       return "old";
     };`,
    );
    await functions.create("slow", "slow.ts", { Timeout: 60 });
    expect(await functions.invoke("slow", { ms: 0 })).toBe("old");
    const slow = functions.invoke("slow", { ms: 3000 });
    const now = new Date();
    utimesSync(`${temporary.root}/counts.ts`, now, now);
    write("slow.ts", 'export const handler = () => "new";');
    await comes("slow", "new");
    expect(await functions.invoke("counts")).toBe(2);
    expect(await slow).toBe("old");
    expect(await functions.invoke("slow")).toBe("new");
    expect(told()).toEqual([{ kind: "function.reloaded", functions: ["slow"], file: "slow.ts" }]);
  });
});

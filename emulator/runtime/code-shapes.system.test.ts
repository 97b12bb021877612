import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inlineRuntime } from "./inline-runtime.ts";
import { functionsIn } from "./testing/functions-in.ts";
import { temporaryCode } from "./testing/temporary-code.ts";
import { threadRuntime } from "./thread-runtime.ts";

const temporary = temporaryCode();
const { code, write } = temporary;
afterAll(temporary.remove);

const runtimes = {
  "the inline runtime": () => functionsIn(() => inlineRuntime({ code })),
  threads: () => functionsIn((callerOf) => threadRuntime({ code, callerOf, threads: 1 })),
};

write(
  "waits.ts",
  `import { later } from "./lib/later.ts";
   const first = await later("first");
   const all: string[] = [];
   for await (const one of [later("second")]) all.push(one);
   export const handler = () => [first, ...all];
   export { handler as another };`,
);
write(
  "lib/later.ts",
  `const pause = await new Promise((resolve) => setTimeout(resolve, 1, "paused"));
   export const later = async (what: string) => what + " " + pause;`,
);
write(
  "refuses.ts",
  `await Promise.reject(new RangeError("not today")); export const handler = () => 1;`,
);
write(
  "where-am-i.ts",
  `import { existsSync } from "node:fs";
   import { basename } from "node:path";
   import { fileURLToPath } from "node:url";
   export const handler = () => [
     existsSync(fileURLToPath(import.meta.url)),
     basename(__dirname),
     import.meta.filename === __filename,
   ];`,
);
write(
  "interop.ts",
  `import { basename as nameOf } from "node:path";
   import path, * as everything from "node:path";
   import old, { greet } from "./lib/old.cjs";
   import * as whole from "./lib/old.cjs";
   import marked, { named } from "./lib/marked.cjs";
   const again = require("./lib/old.cjs");
   export const handler = () => [
     old.greet("a"), greet("b"), whole.greet("c"), old === again, whole.default === old,
     marked.default ?? marked, named,
     path.basename === nameOf, everything.basename === nameOf,
   ];`,
);
write("lib/old.cjs", `exports.greet = (name) => "hello " + name + typeof this;`);
write(
  "lib/marked.cjs",
  `Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "by default"; exports.named = "by name";`,
);
write(
  "later-import.ts",
  `export const handler = async () => {
     const { later } = await import("./lib/later.ts");
     const { SQSClient } = await import("@aws-sdk/client-sqs");
     const sqs = await import("@aws-sdk/client-sqs");
     return [await later("imported"), sqs.SQSClient === SQSClient, new SQSClient({}) instanceof SQSClient];
   };`,
);
write("lib/again.ts", `export * from "@aws-sdk/client-sqs"; export const own = "own";`);
write(
  "exports-again.ts",
  `import { own, SendMessageCommand, SQSClient } from "./lib/again.ts";
   import * as all from "./lib/again.ts";
   export const handler = () => [
     own, typeof SendMessageCommand, all.SQSClient === SQSClient, new SQSClient({}).send.length,
   ];`,
);
write(
  "own-names.ts",
  `const process = { env: { mine: "yes" } };
   const require = "a string"; const module = "another"; const __filename = "a third";
   class Date { toString() { return "some day"; } }
   function fetch() { return "a dog"; }
   export const handler = () => [process.env.mine, require, module, __filename, String(new Date()), fetch()];`,
);
write(
  "strict.ts",
  `import { assign } from "./lib/sloppy.cjs"; export const handler = () => assign();`,
);
write("lib/sloppy.cjs", `exports.assign = () => { undeclared = 1; };`);

describe.each(Object.entries(runtimes))("code in %s", (_name, open) => {
  let functions: ReturnType<typeof functionsIn>;
  beforeAll(() => {
    functions = open();
  });
  afterAll(() => functions.stop());
  const answer = async (file: string) => {
    await functions.create(file, `${file}.ts`);
    return functions.invoke(file);
  };

  it("may wait at its top level, and in what it imports", async () => {
    expect(await answer("waits")).toEqual(["first paused", "second paused"]);
  });

  it("fails to start with what it was refused at its top level", async () => {
    expect(await answer("refuses")).toMatchObject({
      errorType: "RangeError",
      errorMessage: "not today",
    });
  });

  it("knows where it is", async () => {
    expect(await answer("where-am-i")).toEqual([true, "inline", true]);
  });

  it("imports CommonJS as Node does", async () => {
    expect(await answer("interop")).toEqual([
      ...["hello aobject", "hello bobject", "hello cobject", true, true],
      ...["by default", "by name", true, true],
    ]);
  });

  it("imports later, files and libraries that stay outside", async () => {
    expect(await answer("later-import")).toEqual(["imported paused", true, true]);
  });

  it("exports all of a library again", async () => {
    expect(await answer("exports-again")).toEqual(["own", "function", true, 2]);
  });

  it("declares names that are bound around it", async () => {
    expect(await answer("own-names")).toEqual([
      ...["yes", "a string", "another", "a third", "some day", "a dog"],
    ]);
  });

  it("is strict, as a module is", async () => {
    expect(await answer("strict")).toMatchObject({ errorType: "ReferenceError" });
  });
});

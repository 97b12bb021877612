import { CreateFunctionCommand, InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, expect, test } from "vitest";
import { type OutsideShop, openOutsideShop } from "./outside-shop.ts";

let shop: OutsideShop;
afterEach(() => {
  shop?.child.kill("SIGKILL");
});

const create = (lambda: LambdaClient, FunctionName: string, HandlerFile: string) => {
  const command = new CreateFunctionCommand({
    FunctionName,
    Handler: "index.handler",
    Role: "arn:aws:iam::123456789012:role/test",
    Code: {},
    Timeout: 900,
  });
  // An extension of ours: the emulator takes the path of a file instead of an archive.
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: Uint8Array };
      const input = JSON.parse(new TextDecoder().decode(request.body));
      request.body = new TextEncoder().encode(JSON.stringify({ ...input, HandlerFile }));
      return next(args);
    },
    { step: "build", priority: "high", name: "withHandlerFile" },
  );
  return lambda.send(command);
};

/** Begins an invocation that does not end. */
const begin = async (name: string, file: string, event: object = {}) => {
  await create(shop.lambda, name, `emulator/runtime/testing/${file}.ts`);
  const Payload = Buffer.from(JSON.stringify(event));
  const ended = (error: Error) => error; // the shop goes away under it
  return shop.lambda.send(new InvokeCommand({ FunctionName: name, Payload })).catch(ended);
};

const interrupt = async () => {
  const ended = new Promise<[code: number | null, signal: string | null]>((resolve) =>
    shop.child.once("exit", (code, signal) => resolve([code, signal])),
  );
  shop.child.kill("SIGINT");
  return ended;
};

/** An order is taken. What is under way where a function stands still is lost with it, so it may take a few tries. */
const serves = () => shop.eventually(() => shop.place().catch(() => undefined));
const standsStill = (name: string) =>
  shop.eventually(async () =>
    new RegExp(`^(One of .*)?${name}.* computes`, "m").test(shop.stderr()),
  );

test("Ctrl-C ends a shop whose functions never wait, and until then it serves orders", async () => {
  shop = await openOutsideShop({ options: ["--isolated"] });
  void begin("NeverStands", "never-stands");
  await standsStill("NeverStands");
  // At once, for they compute until it is known of both.
  void begin("Loop", "blocks", { how: "unrolled" });
  void begin("Microtasks", "blocks", { how: "microtasks" });
  for (const name of ["Loop", "Microtasks"]) await standsStill(name);
  await serves();
  expect(await interrupt()).toEqual([0, null]);
});

test("Ctrl-C ends a shop with a function in native code, which nothing interrupts", async () => {
  shop = await openOutsideShop({ options: ["--isolated"] });
  void begin("Native", "blocks", { how: "native" });
  await standsStill("Native");
  await serves();
  expect(await interrupt()).toEqual([null, "SIGKILL"]);
});

import { readFileSync } from "node:fs";
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  type InvokeCommandInput,
} from "@aws-sdk/client-lambda";
import type { Lab } from "./lab.ts";
import { zipOf } from "./zip.ts";

const echoFile = new URL("echo-function.mjs", import.meta.url);

/** Creates a function of the echo file: an archive, as AWS takes it. */
export const deploy = (lab: Lab, FunctionName: string, Timeout: number) =>
  new CreateFunctionCommand({
    FunctionName,
    Timeout,
    Role: lab.role,
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Code: { ZipFile: zipOf("index.mjs", readFileSync(echoFile)) },
  });

/** A function that echoes, throws or sleeps, as its event says. */
export const createEcho = async (lab: Lab, Timeout = 10) => {
  const FunctionName = lab.unique("echo");
  await lab.lambda.send(deploy(lab, FunctionName, Timeout)).catch(async (error: Error) => {
    if (error.name !== "NotEmulated") throw error;
    // The emulator takes the path of a file instead of an archive.
    const create = deploy(lab, FunctionName, Timeout);
    create.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string | Uint8Array };
        const { body } = request;
        const text = typeof body === "string" ? body : new TextDecoder().decode(body);
        const input = JSON.parse(text);
        const HandlerFile = "emulator/conformance/echo-function.mjs";
        request.body = JSON.stringify({ ...input, HandlerFile });
        return next(args);
      },
      { step: "build", priority: "high", name: "withHandlerFile" },
    );
    await lab.lambda.send(create);
  });
  lab.later(() => lab.lambda.send(new DeleteFunctionCommand({ FunctionName })));
  await lab.eventually(async () => {
    const { Configuration } = await lab.lambda.send(new GetFunctionCommand({ FunctionName }));
    return Configuration?.State === "Active";
  });
  return FunctionName;
};

/** The function that echoes which all claims may share. */
export const echoOf = (lab: Lab) => lab.once("echo", () => createEcho(lab));

/** Invokes a function, the shared one where none is named, and reads the answer. */
export const invoke = async (lab: Lab, event: unknown, more: Partial<InvokeCommandInput> = {}) => {
  const call = new InvokeCommand({
    FunctionName: more.FunctionName ?? (await echoOf(lab)),
    Payload: Buffer.from(JSON.stringify(event) ?? ""),
    ...more,
  });
  const { Payload, ...answer } = await lab.lambda.send(call);
  const text = Payload?.transformToString() ?? "";
  return { ...answer, text, result: text ? JSON.parse(text) : undefined };
};

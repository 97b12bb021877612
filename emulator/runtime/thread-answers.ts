import { AwsError, type Caller, type World } from "../kernel/engine.ts";
import { EnvironmentCrash } from "../services/lambda/function.ts";
import { type FunctionThread, killed } from "./function-thread.ts";
import type { Outgoing } from "./inline-runtime.ts";
import type { CallAnswer, FromThread } from "./thread-messages.ts";

/** What answers a thread: who holds an access key, and HTTP requests to this process. */
export type Answering = {
  callerOf: (accessKeyId: string) => Caller | undefined;
  outgoing: Outgoing | undefined;
};

/** Does what a thread asks for, in the name of one of its environments. What the dead ask for is not heard. */
export const receive = (
  world: World,
  thread: FunctionThread,
  message: Exclude<FromThread, { kind: "pong" }>,
  answering: Answering,
) => {
  if (message.kind === "fact") {
    const { fact } = message;
    const cause = world.trace.marked(`invocation ${fact.requestId}`);
    return void world.note(fact, cause === undefined ? undefined : { cause });
  }
  const self = thread.hosted.get(message.instance);
  if (!self) return;
  switch (message.kind) {
    case "started":
      if (message.error) thread.hosted.delete(message.instance);
      return self.started(message.error);
    case "done":
      return self.done(message.outcome);
    case "crashed":
      thread.hosted.delete(message.instance);
      return self.crashed(message.error);
    case "call":
      return void self.within(() => answerCall(world, thread, message, answering));
    case "request":
      return void self.within(() => answerRequest(thread, message, self.fn.name, answering));
  }
};

const answerCall = async (
  world: World,
  thread: FunctionThread,
  { instance, id, service, operation, input, key }: Extract<FromThread, { kind: "call" }>,
  { callerOf }: Answering,
) => {
  let answer: CallAnswer;
  try {
    const holder = callerOf(key);
    if (!holder)
      throw new AwsError(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        403,
      );
    const invocation = thread.hosted.get(instance)?.requestId;
    const caller = { ...holder, ...(invocation && { invocation }) };
    answer = { ok: true, value: await world.call({ caller, service, operation, input }) };
  } catch (error) {
    if (error instanceof EnvironmentCrash) {
      const self = thread.hosted.get(instance);
      thread.hosted.delete(instance);
      thread.tell({ kind: "kill", instance });
      return self?.crashed({
        ...killed,
        errorMessage: `RequestId: ${self.requestId} ${killed.errorMessage}`,
      });
    }
    if (error instanceof AwsError) {
      const { code, message, status, fields } = error;
      answer = { ok: false, code, message, status, fields };
    } else {
      const message = error instanceof Error ? error.message : String(error);
      world.note({ kind: "defect", where: `${service} ${operation}`, message, error });
      answer = { ok: false, code: "InternalFailure", message, status: 500, fields: {} };
    }
  }
  thread.tell({ kind: "answer", id, answer });
};

const answerRequest = async (
  thread: FunctionThread,
  {
    id,
    instance,
    request: { method, url, headers, body },
  }: Extract<FromThread, { kind: "request" }>,
  name: string,
  { outgoing }: Answering,
) => {
  try {
    if (!outgoing) throw new Error(`Nothing answers for ${url}.`);
    const init = { method, headers, ...(body && { body: body as Uint8Array<ArrayBuffer> }) };
    const response = await outgoing(
      new Request(url, init),
      name,
      thread.hosted.get(instance)?.requestId,
    );
    thread.tell({
      kind: "response",
      id,
      response: {
        status: response.status,
        headers: [...response.headers],
        body: new Uint8Array(await response.arrayBuffer()),
      },
    });
  } catch (error) {
    thread.tell({
      kind: "response",
      id,
      error: error instanceof Error ? error.message : String(error),
    });
  }
};

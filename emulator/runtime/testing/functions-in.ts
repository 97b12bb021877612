import { createKeyRing } from "../../doors/wire/credentials.ts";
import { realClock } from "../../kernel/clock.ts";
import { createCloud, type Fact } from "../../kernel/cloud.ts";
import { administrator, type Caller } from "../../kernel/engine.ts";
import { lambdaEngine } from "../../services/lambda/engine.ts";
import type { MakeRuntime } from "../../services/lambda/function.ts";

type Settings = { Timeout?: number; MemorySize?: number };

const role = "arn:aws:iam::123456789012:role/test";

/** Functions in a runtime, in real time. */
export const functionsIn = (
  makeRuntime: (callerOf: (accessKeyId: string) => Caller | undefined) => MakeRuntime,
) => {
  const clock = realClock((error) => {
    throw error;
  });
  const keys = createKeyRing(clock);
  const cloud = createCloud(clock, [lambdaEngine({ runtime: makeRuntime(keys.callerOf) })]);
  const facts: Fact[] = [];
  cloud.observe((fact) => facts.push(fact));
  const call = (operation: string, input: object) =>
    cloud.call({ caller: administrator, service: "lambda", operation, input });
  return {
    facts,
    call,
    create(FunctionName: string, HandlerFile: string, more: Settings = {}) {
      const { accessKeyId, secretAccessKey } = keys.issue({ name: FunctionName, role });
      return call("CreateFunction", {
        FunctionName,
        HandlerFile,
        Handler: "index.handler",
        Role: role,
        Environment: {
          Variables: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
        },
        Timeout: 10,
        ...more,
      });
    },
    /** What a function answers, its errors as well. */
    async invoke(FunctionName: string, event: unknown = {}) {
      const Payload = Buffer.from(JSON.stringify(event)).toString("base64");
      const answer = await call("Invoke", { FunctionName, Payload });
      return JSON.parse(Buffer.from(answer.Payload, "base64").toString("utf8"));
    },
    stop() {
      cloud.stop();
      clock.stop();
    },
  };
};

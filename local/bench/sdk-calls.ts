import { createKeyRing } from "emulator/doors/wire/credentials";
import { awsEndpoint } from "emulator/doors/wire/endpoint";
import { listenOnLoopback } from "emulator/doors/wire/server";
import { administrator } from "emulator/kernel/engine";
import { inlineRuntime } from "emulator/runtime/inline-runtime";
import { threadRuntime } from "emulator/runtime/thread-runtime";
import { lambdaEngine } from "emulator/services/lambda/engine";
import type { MakeRuntime } from "emulator/services/lambda/function";
import { code } from "../repository.ts";
import { openBench } from "./engine-rate.ts";
import { handler } from "./puts.ts";

const wake = { queues: () => () => {}, streams: () => () => {}, settle: () => {} };

/** A function that makes calls of the SDK, and DynamoDB in this thread. */
const functionIn = async (runtime: MakeRuntime) => {
  const { call, stop } = await openBench([lambdaEngine({ runtime, wake })]);
  await call("lambda", "CreateFunction", {
    FunctionName: "Puts",
    HandlerFile: "local/bench/puts.ts",
    Handler: "puts.handler",
    Role: "administrator",
    Timeout: 60,
    Environment: { Variables: { AWS_ACCESS_KEY_ID: "key" } },
  });
  const puts = async (event: object): Promise<number> => {
    const Payload = Buffer.from(JSON.stringify(event)).toString("base64");
    const answer = await call("lambda", "Invoke", { FunctionName: "Puts", Payload });
    const result = JSON.parse(Buffer.from(answer.Payload, "base64").toString("utf8"));
    if (answer.FunctionError) throw new Error(result.errorMessage);
    return result;
  };
  return { puts, stop };
};

/** The real SDK and the endpoint of `npm start`, both in this process. */
const overHttp = async () => {
  const { cloud, clock, stop } = await openBench();
  const keys = createKeyRing(clock);
  const server = await listenOnLoopback(0);
  server.serve(awsEndpoint(cloud, keys));
  const config = {
    endpoint: server.url,
    region: cloud.region,
    credentials: keys.issue(administrator),
  };
  const puts = (event: { count: number; prefix: string }) => handler({ ...event, config });
  return { puts, stop: () => server.stop().then(stop) };
};

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

/**
 * One and the same call of the AWS SDK, a conditional put, in turns: from a function in this thread, as tests run them;
 * from a function in another thread, as `npm start` does; and over HTTP on loopback. Milliseconds a call.
 */
export const measureSdkCall = async (rounds: number, count = 200) => {
  const ways = {
    inline: await functionIn(inlineRuntime({ code })),
    thread: await functionIn(threadRuntime({ code, callerOf: () => administrator })),
    http: await overHttp(),
  };
  const measured = Object.entries(ways).map(([way, { puts }]) => ({
    way,
    puts,
    ms: [] as number[],
  }));
  for (let round = -5; round < rounds; round++)
    for (const { way, puts, ms } of measured) {
      const took = await puts({ count, prefix: `${way} ${round}` });
      if (round >= 0) ms.push(took);
    }
  for (const { stop } of Object.values(ways)) await stop();
  const [inline, thread, http] = measured.map(({ ms }) => median(ms)) as [number, number, number];
  return { inline, thread, http };
};

import { realClock } from "../clock.ts";
import { createKeyRing } from "../wire/credentials.ts";
import { awsEndpoint } from "../wire/endpoint.ts";
import { type LoopbackServer, listenOnLoopback } from "../wire/server.ts";
import { runtimeContract } from "./testing/runtime-contract.ts";
import { workerRuntime } from "./worker-runtime.ts";

const benchClock = () =>
  realClock((error) => {
    throw error;
  });

runtimeContract("threads of their own, with the SDK's requests over the network", () => {
  const clock = benchClock();
  const keys = createKeyRing(clock);
  let server: LoopbackServer | undefined;
  return {
    clock,
    runtime: workerRuntime(),
    connect: async (cloud) => {
      server = await listenOnLoopback(0);
      server.serve(awsEndpoint(cloud, keys));
    },
    variables: (caller) => {
      const { accessKeyId, secretAccessKey } = keys.issue(caller);
      return {
        AWS_ENDPOINT_URL: server?.url ?? "",
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      };
    },
    diesByCalling: false,
    finish: (work) => work,
    stop: async () => {
      clock.stop();
      await server?.stop();
    },
  };
});

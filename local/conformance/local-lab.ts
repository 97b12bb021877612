import { checkGraph } from "../src/boot/graph.ts";
import { realClock } from "../src/clock.ts";
import { localCloud } from "../src/local-cloud.ts";
import { listenOnLoopback } from "../src/wire/server.ts";
import { type Lab, openLab } from "./lab.ts";

const role = "arn:aws:iam::123456789012:role/conformance";

/** Nothing but a role that may do everything: whoever asks creates what they need. */
const graph = checkGraph({
  version: 1,
  app: "conformance",
  stage: "local",
  functions: [],
  resources: [
    {
      type: "aws:iam/role:Role",
      name: "Conformance",
      inputs: {
        inlinePolicies: [
          { policy: '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}' },
        ],
      },
      outputs: { arn: role },
    },
  ],
});

/** An empty local cloud that serves on loopback, and a lab in it. */
export const openLocalLab = async (): Promise<{
  lab: Lab;
  /** The operations that each engine has. */
  operations: Record<string, string[]>;
  stop: () => Promise<void>;
}> => {
  const clock = realClock((error) => {
    throw error;
  });
  const server = await listenOnLoopback(0);
  const local = await localCloud({ clock, graph, runtime: "worker", awsUrl: server.url });
  server.serve(local.handlers.aws);
  const lab = await openLab({
    endpoint: server.url,
    credentials: local.administrator,
    role,
    pauseMs: 50,
  });
  return {
    lab,
    operations: Object.fromEntries(
      Object.entries(local.cloud.engines).map(([service, engine]) => [
        service,
        Object.keys(engine.operations),
      ]),
    ),
    async stop() {
      await local.stop();
      clock.stop();
      await server.stop();
    },
  };
};

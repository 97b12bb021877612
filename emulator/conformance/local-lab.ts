import { dirname } from "node:path";
import { emulate } from "../boot/emulate.ts";
import { checkGraph } from "../boot/graph.ts";
import { listenOnLoopback } from "../doors/wire/server.ts";
import { realClock } from "../kernel/clock.ts";
import { ownCode } from "../runtime/bundle.ts";
import { type Lab, openLab } from "./lab.ts";

/** The repository that this folder belongs to: the endpoint of somebody else finds the same handlers there. */
const code = { ...ownCode, root: dirname(dirname(import.meta.dirname)) };

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

/** An empty emulator that serves on loopback, and a lab in it. */
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
  const local = await emulate({ clock, graph, code, runtime: "worker", awsUrl: server.url });
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

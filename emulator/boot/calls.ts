import type { Cloud } from "../kernel/cloud.ts";
import { administrator } from "../kernel/engine.ts";
import type { Graph } from "./graph.ts";

/** How whoever runs the emulator asks it for something, without a client of AWS's. */
export type Calls = {
  /** Makes an AWS API call as the administrator. */
  // biome-ignore lint/suspicious/noExplicitAny: AWS's answers
  call: (service: string, operation: string, input?: object) => Promise<any>;
  /** Invokes a function by the name it has in the infrastructure definition. Throws what it threw. */
  invoke: (name: string, payload: unknown) => Promise<unknown>;
  /** The physical name of what the graph calls `name`: a table, a queue, a function. */
  nameOf: (name: string) => string;
};

/** The physical name of what a graph calls `name`. */
export const nameIn = (graph: Graph, name: string): string => {
  const fn = graph.functions.find((one) => one.name === name);
  const link = graph.functions.map(({ links }) => links[name]?.name).find(Boolean);
  const physical = fn?.functionName ?? link;
  if (typeof physical !== "string") throw new Error(`The graph has nothing named ${name}.`);
  return physical;
};

/** Calls to a cloud that was made from a graph. */
export const callsOf = (cloud: Cloud, graph: Graph): Calls => {
  const call: Calls["call"] = (service, operation, input = {}) =>
    cloud.call({ caller: administrator, service, operation, input });
  const nameOf = (name: string) => nameIn(graph, name);
  return {
    call,
    nameOf,
    async invoke(name, payload) {
      const { FunctionError, Payload = "" } = await call("lambda", "Invoke", {
        FunctionName: nameOf(name),
        Payload: Buffer.from(JSON.stringify(payload)).toString("base64"),
      });
      const text = Buffer.from(Payload, "base64").toString("utf8");
      const value = text === "" ? undefined : JSON.parse(text);
      if (FunctionError)
        throw Object.assign(new Error(value?.errorMessage), { name: value?.errorType });
      return value;
    },
  };
};

import { type Engine, notEmulated, type World } from "../../kernel/engine.ts";
import { shallowInputs } from "../../kernel/nesting.ts";
import { asyncInvocations } from "./async-invocations.ts";
import { concurrencyOf } from "./concurrency.ts";
import { eventInvokeConfigs } from "./event-invoke-configs.ts";
import { eventSourceMappings, type MappingOptions } from "./event-source-mappings.ts";
import type { MakeRuntime, Runtime } from "./function.ts";
import { type FunctionUrl, functionOperations } from "./function-operations.ts";
import { functionRegistry } from "./functions.ts";
import { invocations } from "./invoke.ts";
import { functionPolicies } from "./permissions.ts";

export type LambdaOptions = Partial<MappingOptions> & {
  /** Where handlers run: inline or in worker threads. */
  runtime: MakeRuntime;
  /** How many invocations may run at once in the account. */
  concurrency?: number;
  /** The URL of a function that has one. */
  urlOf?: (functionName: string) => FunctionUrl | undefined;
};

/** The Lambda engine, with what no API offers: its runtime, to crash what runs there, and warming. */
export type LambdaEngine = Engine & {
  runtime: Runtime;
  /** Starts one environment of every function that has none, one after the other. */
  warm: () => Promise<void>;
};

const unset = () => {
  throw notEmulated("lambda", "event source mappings without `wake`");
};

/** AWS Lambda: functions, invocations of both kinds and event source mappings. */
export const lambdaEngine =
  ({ runtime: makeRuntime, wake, pollDelay, concurrency: most = 1000, urlOf }: LambdaOptions) =>
  (world: World): LambdaEngine => {
    const runtime = makeRuntime(world);
    const registry = functionRegistry(world, runtime);
    const concurrency = concurrencyOf(world, most);
    const configOf = (functionName: string) => registry.found(functionName).config;
    const configs = eventInvokeConfigs(world, configOf);
    const policies = functionPolicies(world, configOf);

    const events = asyncInvocations(
      world,
      (name) => {
        const { config: fn, deadLetter } = registry.current(name) ?? {};
        const suspended = concurrency.get(name) === 0;
        return fn && { fn, deadLetter, config: configs.get(name), suspended };
      },
      ({ functionName, payload, requestId }) =>
        run(registry.found(functionName), { text: payload }, requestId, "event"),
    );
    const { run, invoke } = invocations(world, {
      ...{ runtime, registry, concurrency },
      enqueue: events.enqueue,
    });
    const mappings = eventSourceMappings(
      world,
      { wake: wake ?? { streams: unset, queues: unset, settle: unset }, pollDelay },
      configOf,
    );

    return {
      service: "lambda",
      runtime,
      async warm() {
        for (const name of registry.names()) await runtime.warm(configOf(name));
      },
      operations: shallowInputs({
        ...functionOperations(world, {
          ...{ registry, concurrency, urlOf },
          renewed: (name) => runtime.renew(name),
          gone(name) {
            for (const part of [concurrency, configs, policies]) part.forget(name);
          },
        }),
        Invoke: invoke,
        ...concurrency.operationsOn((functionName) => configOf(functionName).name),
        ...configs.operations,
        ...policies.operations,
        ...mappings.operations,
      }),
      stop() {
        mappings.stop();
        events.stop();
        concurrency.clear();
        void runtime.stop();
      },
      async resume() {
        await Promise.all([...registry.all()].map(({ config }) => registry.prepare(config)));
        events.resume();
        mappings.resume();
      },
    };
  };

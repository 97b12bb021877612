import { AwsError, type Engine, notEmulated, type World } from "../../kernel/engine.ts";
import { checkDestination } from "./destinations.ts";
import { invalid, type Named } from "./errors.ts";
import type { FunctionConfig } from "./function.ts";
import { marked } from "./marker.ts";

/** How asynchronous invocations of a function are retried, and where they go that never succeed. */
export type EventInvokeConfig = {
  MaximumRetryAttempts?: number;
  MaximumEventAgeInSeconds?: number;
  DestinationConfig?: {
    OnFailure?: { Destination?: string };
    OnSuccess?: { Destination?: string };
  };
};

/** The longest that an asynchronous invocation is kept, in seconds. */
export const longestAge = 6 * 3600;

/** Refuses a configuration that AWS would refuse or that is not emulated. */
const check = (config: EventInvokeConfig): void => {
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age } = config;
  const { OnSuccess, OnFailure } = config.DestinationConfig ?? {};
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0 && retries <= 2))
    throw invalid("The value at 'maximumRetryAttempts' is out of range.");
  if (age !== undefined && !(Number.isInteger(age) && age >= 60 && age <= longestAge))
    throw invalid("The value at 'maximumEventAgeInSeconds' is out of range.");
  if (OnSuccess?.Destination)
    throw notEmulated("lambda", "the destination OnSuccess of an asynchronous invocation");
  checkDestination(OnFailure?.Destination);
};

/** What functions say about their asynchronous invocations. */
export const eventInvokeConfigs = (
  { clock, keep }: World,
  configOf: (functionName: string) => FunctionConfig,
) => {
  const configs = keep.map<EventInvokeConfig & { LastModified: number }>(
    "lambda.eventInvokeConfigs",
  );
  const put = ({ name, arn }: FunctionConfig, config: EventInvokeConfig) => {
    check(config);
    const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = config;
    configs.set(name, {
      ...(MaximumRetryAttempts !== undefined && { MaximumRetryAttempts }),
      ...(MaximumEventAgeInSeconds !== undefined && { MaximumEventAgeInSeconds }),
      ...(DestinationConfig && { DestinationConfig }),
      LastModified: clock.now() / 1000,
    });
    return shown({ name, arn });
  };
  const shown = ({ name, arn }: Pick<FunctionConfig, "name" | "arn">) => {
    const config = configs.get(name);
    if (!config)
      throw new AwsError(
        "ResourceNotFoundException",
        `The function ${arn}:$LATEST doesn't have an EventInvokeConfig`,
        404,
        { Type: "User" },
      );
    const DestinationConfig = config.DestinationConfig ?? { OnSuccess: {}, OnFailure: {} };
    return { FunctionArn: `${arn}:$LATEST`, ...config, DestinationConfig };
  };

  const operations: Engine["operations"] = {
    PutFunctionEventInvokeConfig: ({ FunctionName, ...config }: Named & EventInvokeConfig) =>
      put(configOf(FunctionName), config),
    UpdateFunctionEventInvokeConfig({ FunctionName, ...config }: Named & EventInvokeConfig) {
      const fn = configOf(FunctionName);
      return put(fn, { ...configs.get(fn.name), ...config });
    },
    ListFunctionEventInvokeConfigs({ FunctionName, ...input }) {
      const fn = configOf(FunctionName);
      const { page, ...more } = marked(configs.has(fn.name) ? [shown(fn)] : [], input, 50);
      return { FunctionEventInvokeConfigs: page, ...more };
    },
    GetFunctionEventInvokeConfig: ({ FunctionName }: Named) => shown(configOf(FunctionName)),
  };
  return {
    operations,
    get: (name: string): EventInvokeConfig => configs.get(name) ?? {},
    forget: (name: string) => void configs.delete(name),
  };
};

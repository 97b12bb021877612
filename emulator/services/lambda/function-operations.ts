import { AwsError, type Engine, notEmulated, type World } from "../../kernel/engine.ts";
import { isObject } from "../../kernel/json.ts";
import type { Concurrency } from "./concurrency.ts";
import { checkDestination } from "./destinations.ts";
import { conflict, invalid, type Named, noSuchResource } from "./errors.ts";
import { type FunctionConfig, type Logging, logLevels } from "./function.ts";
import { type Created, type FunctionRegistry, partsOf } from "./functions.ts";
import { marked } from "./marker.ts";

/** Where a function answers HTTP requests, and to whom browsers may tell its answers. */
export type FunctionUrl = { address: string; cors?: object };

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const mostVariables = 4096;
const longestName = 64;

const known = new Set([
  "FunctionName",
  "FunctionArn",
  "HandlerFile",
  "Handler",
  "Role",
  "Timeout",
  "MemorySize",
  "Environment",
  "Architectures",
  "ReservedConcurrentExecutions",
  "DeadLetterConfig",
  "LoggingConfig",
  // Of no consequence here: what they change does not show in a function's behaviour.
  "Code",
  "Runtime",
  "PackageType",
  "Description",
  "Publish",
  "Tags",
  "TracingConfig",
  "EphemeralStorage",
]);

const checkName = (name: string) => {
  if (!/^[\w-]+$/.test(name)) throw invalid(`Invalid function name: ${name}`);
  if (name.length > longestName)
    throw invalid(
      `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to ${longestName}`,
    );
};

/** Refuses what is no map of text. */
const checkTexts = (name: string, value: unknown) => {
  if (!isObject(value) || Object.values(value).some((text) => typeof text !== "string"))
    throw new AwsError("SerializationException", `${name} is a map of strings.`);
};

const checkVariables = (variables: Record<string, string>) => {
  checkTexts("Environment.Variables", variables);
  if (!Object.keys(variables).every((name) => /^[a-zA-Z][a-zA-Z0-9_]*$/.test(name)))
    throw new AwsError(
      "ValidationException",
      "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
    );
  const text = JSON.stringify(variables);
  if (Buffer.byteLength(text) > mostVariables)
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${text}`,
    );
};

const checkTimeout = (seconds: unknown) => {
  if (typeof seconds !== "number" || !Number.isInteger(seconds) || seconds < 1 || seconds > 900)
    throw invalid(`Value at 'timeout' must be between 1 and 900`);
};

const checkMemory = (megabytes: unknown) => {
  if (typeof megabytes !== "number" || !(megabytes >= 128 && megabytes <= 10_240))
    throw invalid("Value at 'memorySize' must be between 128 and 10240");
};

/** Which logs there are. Text has all of them, JSON none below INFO unless it is said otherwise. */
const loggingOf = (
  config: { LogFormat?: unknown; ApplicationLogLevel?: unknown } = {},
): Logging => {
  const { LogFormat: format = "Text", ApplicationLogLevel } = config;
  if (format !== "JSON" && format !== "Text")
    throw invalid(`Value '${format}' at 'loggingConfig.logFormat' is neither JSON nor Text`);
  if (ApplicationLogLevel !== undefined && format === "Text")
    throw invalid("ApplicationLogLevel is for the log format JSON only.");
  const level = logLevels.find((one) => one === (ApplicationLogLevel ?? "INFO"));
  if (!level)
    throw invalid(
      `Value '${ApplicationLogLevel}' at 'loggingConfig.applicationLogLevel' is no level`,
    );
  return { format, level: format === "JSON" ? level : "TRACE" };
};

/** A function as AWS describes it. */
export const configuration = ({
  config,
  handler,
  architectures,
  deadLetter,
  logGroup,
  modified,
}: Created) => ({
  FunctionName: config.name,
  FunctionArn: config.arn,
  Runtime: "nodejs24.x",
  Role: config.role,
  Handler: handler,
  Timeout: config.timeout,
  MemorySize: config.memory,
  LastModified: new Date(modified).toISOString().replace("Z", "+0000"),
  Version: "$LATEST",
  Environment: { Variables: config.variables },
  Architectures: architectures,
  LoggingConfig: {
    LogFormat: config.logging.format,
    LogGroup: logGroup ?? `/aws/lambda/${config.name}`,
    ...(config.logging.format === "JSON" && {
      ApplicationLogLevel: config.logging.level,
      SystemLogLevel: "INFO",
    }),
  },
  PackageType: "Zip",
  State: "Active",
  LastUpdateStatus: "Successful",
  ...(deadLetter && { DeadLetterConfig: { TargetArn: deadLetter } }),
});

/** The operations on functions themselves. CreateFunction takes `HandlerFile`, a path, instead of uploaded code. */
export const functionOperations = (
  { clock }: World,
  {
    registry,
    concurrency,
    urlOf,
    gone,
    renewed,
  }: {
    registry: FunctionRegistry;
    concurrency: Concurrency;
    urlOf: ((functionName: string) => FunctionUrl | undefined) | undefined;
    /** A function is deleted. */
    gone: (name: string) => void;
    /** Called when a function was changed: environments of before take no more events. */
    renewed: (name: string) => void;
  },
): Engine["operations"] => {
  const { found, names } = registry;
  return {
    async CreateFunction(input) {
      for (const name of Object.keys(input))
        if (!known.has(name) && input[name] !== undefined)
          throw notEmulated("lambda", `the parameter ${name} of CreateFunction`);
      const { FunctionName, HandlerFile, Handler = "index.handler", Timeout = 3, Tags } = input;
      if (typeof FunctionName !== "string") throw invalid("FunctionName is a string.");
      const { name } = partsOf(FunctionName);
      checkName(name);
      if (typeof HandlerFile !== "string")
        throw notEmulated("lambda", "code other than HandlerFile, a path in this repository,");
      if (typeof input.Role !== "string" || !input.Role)
        throw invalid("The role defined for the function is missing.");
      checkTimeout(Timeout);
      checkMemory(input.MemorySize ?? 128);
      const variables = input.Environment?.Variables ?? {};
      checkVariables(variables);
      if (Tags !== undefined) checkTexts("Tags", Tags);
      if (registry.has(name)) throw conflict(`Function already exist: ${name}`);
      const deadLetter = input.DeadLetterConfig?.TargetArn;
      checkDestination(deadLetter);
      const config: FunctionConfig = {
        name,
        arn: input.FunctionArn ?? registry.arnOf(name),
        role: input.Role,
        file: HandlerFile,
        exported: Handler.split(".").at(-1),
        timeout: Timeout,
        memory: input.MemorySize ?? 128,
        variables,
        logging: loggingOf(input.LoggingConfig),
      };
      try {
        await registry.prepare(config);
      } catch (error) {
        throw invalid(`The handler of ${name} cannot be used: ${(error as Error).message}`);
      }
      const created: Created = {
        config,
        handler: Handler,
        architectures: input.Architectures ?? ["x86_64"],
        ...(deadLetter && { deadLetter }),
        ...(input.LoggingConfig?.LogGroup && { logGroup: input.LoggingConfig.LogGroup }),
        ...(Tags && { tags: Tags }),
        modified: clock.now(),
      };
      const { ReservedConcurrentExecutions } = input;
      if (ReservedConcurrentExecutions !== undefined)
        concurrency.reserve(name, ReservedConcurrentExecutions);
      registry.add(created);
      return configuration(created);
    },

    GetFunction({ FunctionName, Qualifier }: Named) {
      const created = found(FunctionName, Qualifier);
      const ReservedConcurrentExecutions = concurrency.get(created.config.name);
      return {
        Configuration: configuration(created),
        Code: { RepositoryType: "Local", Location: created.config.file },
        ...(ReservedConcurrentExecutions !== undefined && {
          Concurrency: { ReservedConcurrentExecutions },
        }),
        ...(created.tags && { Tags: created.tags }),
      };
    },
    GetFunctionConfiguration: ({ FunctionName, Qualifier }: Named) =>
      configuration(found(FunctionName, Qualifier)),
    ListTags: ({ Resource }: { Resource: string }) => ({ Tags: found(Resource).tags ?? {} }),
    ListFunctions(input) {
      const { page, ...more } = marked(names(), input, 50);
      return { Functions: page.map((name) => configuration(found(name))), ...more };
    },
    GetFunctionUrlConfig({ FunctionName, Qualifier }: Named) {
      const { config, modified } = found(FunctionName, Qualifier);
      const { address, cors } = urlOf?.(config.name) ?? {};
      if (!address) throw noSuchResource();
      const created = new Date(modified).toISOString();
      return {
        FunctionUrl: `${address}/`,
        FunctionArn: config.arn,
        AuthType: "NONE",
        ...(cors && { Cors: cors }),
        CreationTime: created,
        LastModifiedTime: created,
        InvokeMode: "BUFFERED",
      };
    },

    UpdateFunctionConfiguration({ FunctionName, Timeout, MemorySize, Environment, ...rest }) {
      for (const [name, value] of Object.entries(rest))
        if (value !== undefined)
          throw notEmulated("lambda", `the parameter ${name} of UpdateFunctionConfiguration`);
      const { config } = found(FunctionName);
      const timeout = Timeout ?? config.timeout;
      const variables = Environment?.Variables ?? config.variables;
      const memory = MemorySize ?? config.memory;
      checkTimeout(timeout);
      checkMemory(memory);
      checkVariables(Environment?.Variables ?? {});
      registry.change(config.name, { timeout, memory, variables, modified: clock.now() });
      renewed(config.name);
      return configuration(found(config.name));
    },

    GetAccountSettings: () => ({
      AccountLimit: concurrency.limits(),
      AccountUsage: { FunctionCount: registry.size() },
    }),

    DeleteFunction({ FunctionName }: Named) {
      const { name } = found(FunctionName).config;
      registry.forget(name);
      gone(name);
      return {};
    },
  };
};

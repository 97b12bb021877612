import {
  AwsError,
  type Caller,
  type Engine,
  notEmulated,
  type World,
} from "../../kernel/engine.ts";
import { uuid } from "../../kernel/uuid.ts";
import {
  asyncInvocations,
  checkEventInvokeConfig,
  type EventInvokeConfig,
} from "./async-invocations.ts";
import { checkDestination } from "./destinations.ts";
import { eventSourceMappings, type MappingOptions } from "./event-source-mappings.ts";
import type { EventJson, FunctionConfig, MakeRuntime, Outcome, Runtime } from "./function.ts";
import { marked } from "./marker.ts";

export type LambdaOptions = Partial<MappingOptions> & {
  /** Where handlers run: inline or in worker threads. */
  runtime: MakeRuntime;
  /** How many invocations may run at once in the account. */
  concurrency?: number;
  /** The URL of a function that has one. */
  urlOf?: (functionName: string) => FunctionUrl | undefined;
};

/** Where a function answers HTTP requests, and to whom browsers may tell its answers. */
export type FunctionUrl = { address: string; cors?: object };

/** The Lambda engine, with what no API offers: its runtime, to crash what runs there, and warming. */
export type LambdaEngine = Engine & {
  runtime: Runtime;
  /** Starts one environment of every function that has none, one after the other. */
  warm: () => Promise<void>;
};

type Statement = Record<string, unknown> & { Sid: string };
/** A function as it was created. */
type Created = {
  config: FunctionConfig;
  handler: string;
  architectures: string[];
  deadLetter?: string;
  tags?: Record<string, string>;
  modified: number;
};
/**
 * What was changed of a function since. Kept apart from what it was created with: that is made anew at each boot,
 * access keys and addresses among its variables. A variable without a value was taken away.
 */
type Changes = {
  timeout: number;
  memory: number;
  variables: Record<string, string | null>;
  modified: number;
};

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; the number for answers is that of AWS's message.
const mostSync = 6 * 1024 * 1024;
const mostAnswered = 6_291_556;
const mostVariables = 4096;
const mostAsync = 1024 * 1024;

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
  // Of no consequence here: what they change does not show in a function's behaviour.
  "Code",
  "Runtime",
  "PackageType",
  "Description",
  "Publish",
  "Tags",
  "LoggingConfig",
  "TracingConfig",
  "EphemeralStorage",
]);

const notFound = (arn: string) =>
  new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404, { Type: "User" });
const noSuchResource = () =>
  new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404, {
    Type: "User",
  });
const invalid = (message: string) =>
  new AwsError("InvalidParameterValueException", message, 400, { Type: "User" });

const tooLarge = (bytes: number, most: number) =>
  new AwsError(
    "RequestTooLargeException",
    `${bytes} byte payload is too large for the ${most === mostSync ? "RequestResponse" : "Event"} invocation type (limit ${most} bytes)`,
    413,
    { Type: "User" },
  );

const checkVariables = (variables: Record<string, string>) => {
  const text = JSON.stringify(variables);
  if (Buffer.byteLength(text) > mostVariables)
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${text}`,
    );
};

const checkTimeout = (seconds: unknown) => {
  if (!Number.isInteger(seconds) || (seconds as number) < 1 || (seconds as number) > 900)
    throw invalid(`Value '${seconds}' at 'timeout' must be between 1 and 900`);
};

/** How AddPermission writes what narrows a statement. Parameters that narrow it in other ways are refused. */
const conditionOf = (narrowed: Record<string, unknown>) => {
  const {
    SourceArn,
    SourceAccount,
    FunctionUrlAuthType,
    InvokedViaFunctionUrl,
    RevisionId: _revision,
    ...rest
  } = narrowed;
  const [unknown] = Object.keys(rest).filter((name) => rest[name] !== undefined);
  if (unknown) throw notEmulated("lambda", `the parameter ${unknown} of AddPermission`);
  const equal = {
    ...(SourceAccount !== undefined && { "AWS:SourceAccount": SourceAccount }),
    ...(FunctionUrlAuthType !== undefined && { "lambda:FunctionUrlAuthType": FunctionUrlAuthType }),
  };
  const Condition = {
    ...(SourceArn !== undefined && { ArnLike: { "AWS:SourceArn": SourceArn } }),
    ...(Object.keys(equal).length > 0 && { StringEquals: equal }),
    ...(InvokedViaFunctionUrl === true && { Bool: { "lambda:InvokedViaFunctionUrl": "true" } }),
  };
  return Object.keys(Condition).length > 0 ? { Condition } : {};
};

const encode = (text: string) => Buffer.from(text).toString("base64");

/**
 * AWS Lambda: functions, invocations of both kinds and event source mappings. CreateFunction takes `HandlerFile`, the
 * handler's path in this repository, instead of uploaded code.
 */
export const lambdaEngine =
  ({ runtime: makeRuntime, wake, pollDelay, concurrency = 1000, urlOf }: LambdaOptions) =>
  (world: World): LambdaEngine => {
    const { clock, account, region } = world;
    const runtime = makeRuntime(world);
    const functions = world.keep.map<Created>("lambda.functions");
    const changes = world.keep.map<Changes>("lambda.changes");
    const reserved = world.keep.map<number>("lambda.concurrency");
    const eventConfigs = world.keep.map<EventInvokeConfig & { LastModified: number }>(
      "lambda.eventInvokeConfigs",
    );
    const policies = world.keep.map<Statement[]>("lambda.policies");
    /** Invocations that run, by function. */
    let running = new Map<string, number>();
    /** The code that the runtime has prepared for each function. */
    const prepared = new Map<string, string>();

    const arnOf = (name: string) => `arn:aws:lambda:${region}:${account}:function:${name}`;
    const partsOf = (nameOrArn: string) => {
      const [, name = nameOrArn, version] =
        /(?:^|function:)([^:]+)(?::([^:]+))?$/.exec(nameOrArn) ?? [];
      return { name, version };
    };
    const nameIn = (nameOrArn: string) => partsOf(nameOrArn).name;
    /** A function as it is now. */
    const current = (name: string): Created | undefined => {
      const created = functions.get(name);
      const changed = changes.get(name);
      if (!created || !changed) return created;
      const { timeout, memory, modified } = changed;
      const variables = { ...created.config.variables };
      for (const [variable, value] of Object.entries(changed.variables))
        if (value === null) delete variables[variable];
        else variables[variable] = value;
      return { ...created, modified, config: { ...created.config, timeout, memory, variables } };
    };
    /** There is no version but $LATEST, and no alias. */
    const found = (nameOrArn: string, qualifier?: string): Created => {
      const { name, version = qualifier } = partsOf(String(nameOrArn));
      const created = current(name);
      if (!created) throw notFound(arnOf(name));
      if (version && version !== "$LATEST") throw notFound(`${arnOf(name)}:${version}`);
      return created;
    };

    const prepare = async (config: FunctionConfig) => {
      const code = `${config.file} ${config.exported}`;
      if (prepared.get(config.name) === code) return;
      await runtime.prepare(config);
      prepared.set(config.name, code);
    };

    const configuration = ({ config, handler, architectures, deadLetter, modified }: Created) => ({
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
      PackageType: "Zip",
      State: "Active",
      LastUpdateStatus: "Successful",
      ...(deadLetter && { DeadLetterConfig: { TargetArn: deadLetter } }),
    });

    /** How much concurrency is kept for single functions, one of them aside. */
    const reservedBut = (name: string) => {
      let sum = 0;
      for (const [other, most] of reserved) if (other !== name) sum += most;
      return sum;
    };
    /** Why a function cannot be invoked once more at this moment, in AWS's words. */
    const limitReached = (name: string): string | undefined => {
      const most = reserved.get(name);
      if (most !== undefined)
        return (running.get(name) ?? 0) >= most
          ? "ReservedFunctionConcurrentInvocationLimitExceeded"
          : undefined;
      let others = 0;
      for (const [other, count] of running) if (!reserved.has(other)) others += count;
      return others >= concurrency - reservedBut(name)
        ? "ConcurrentInvocationLimitExceeded"
        : undefined;
    };
    const reserve = (name: string, most: number) => {
      if (!Number.isInteger(most) || most < 0)
        throw invalid("ReservedConcurrentExecutions must be 0 or more.");
      const least = Math.min(100, concurrency);
      if (most > 0 && concurrency - reservedBut(name) - most < least)
        throw invalid(
          `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${least}].`,
        );
      reserved.set(name, most);
    };

    /** Runs a function once, if concurrency leaves room. */
    const run = async (
      { config }: Created,
      event: EventJson,
      requestId: string,
      source: string,
    ): Promise<Outcome> => {
      const { name } = config;
      const counts = running;
      const reason = limitReached(name);
      if (reason) {
        world.note({ kind: "throttled", function: name, source });
        throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, {
          Reason: reason,
          Type: "User",
        });
      }
      counts.set(name, (counts.get(name) ?? 0) + 1);
      const began = clock.now();
      world.note({ kind: "invocation-started", function: name, requestId, source });
      try {
        const outcome = await runtime.invoke(config, event, { requestId });
        world.note({
          kind: "invocation-ended",
          function: name,
          requestId,
          ms: clock.now() - began,
          ...(!outcome.ok && { error: outcome.error }),
        });
        return outcome;
      } finally {
        counts.set(name, (counts.get(name) ?? 1) - 1);
      }
    };

    const events = asyncInvocations(
      world,
      (name) => {
        const created = current(name);
        const { config: fn, deadLetter } = created ?? {};
        const config = eventConfigs.get(name) ?? {};
        return fn && { fn, deadLetter, config, suspended: reserved.get(name) === 0 };
      },
      ({ functionName, payload, requestId }) =>
        run(found(functionName), { text: payload }, requestId, "event"),
    );

    const unset = () => {
      throw notEmulated("lambda", "event source mappings without `wake`");
    };
    const mappings = eventSourceMappings(
      world,
      { wake: wake ?? { streams: unset, queues: unset }, pollDelay },
      (name) => found(name).config,
    );

    const putEvents = ({ config: { name } }: Created, config: EventInvokeConfig) => {
      checkEventInvokeConfig(config);
      const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = config;
      eventConfigs.set(name, {
        ...(MaximumRetryAttempts !== undefined && { MaximumRetryAttempts }),
        ...(MaximumEventAgeInSeconds !== undefined && { MaximumEventAgeInSeconds }),
        ...(DestinationConfig && { DestinationConfig }),
        LastModified: clock.now() / 1000,
      });
      return showEvents(found(name));
    };
    const showEvents = ({ config: { name, arn } }: Created) => {
      const config = eventConfigs.get(name);
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

    const urlConfig = ({ config: { name, arn }, modified }: Created) => {
      const { address, cors } = urlOf?.(name) ?? {};
      const created = new Date(modified).toISOString();
      return (
        address && {
          FunctionUrl: `${address}/`,
          FunctionArn: arn,
          AuthType: "NONE",
          ...(cors && { Cors: cors }),
          CreationTime: created,
          LastModifiedTime: created,
          InvokeMode: "BUFFERED",
        }
      );
    };

    type Named = { FunctionName: string; Qualifier?: string };

    return {
      service: "lambda",
      runtime,
      async warm() {
        for (const name of functions.keys()) await runtime.warm(found(name).config);
      },
      operations: {
        async CreateFunction(input) {
          for (const name of Object.keys(input))
            if (!known.has(name) && input[name] !== undefined)
              throw notEmulated("lambda", `the parameter ${name} of CreateFunction`);
          const { FunctionName, HandlerFile, Handler = "index.handler", Timeout = 3 } = input;
          if (typeof FunctionName !== "string" || !/^[\w-]{1,140}$/.test(nameIn(FunctionName)))
            throw invalid(`Invalid function name: ${FunctionName}`);
          if (typeof HandlerFile !== "string")
            throw notEmulated("lambda", "code other than HandlerFile, a path in this repository,");
          if (!input.Role) throw invalid("The role defined for the function is missing.");
          checkTimeout(Timeout);
          checkVariables(input.Environment?.Variables ?? {});
          const name = nameIn(FunctionName);
          if (functions.has(name))
            throw new AwsError(
              "ResourceConflictException",
              `Function already exist: ${name}`,
              409,
              { Type: "User" },
            );
          checkDestination(input.DeadLetterConfig?.TargetArn);
          const config: FunctionConfig = {
            name,
            arn: input.FunctionArn ?? arnOf(name),
            role: input.Role,
            file: HandlerFile,
            exported: Handler.split(".").at(-1),
            timeout: Timeout,
            memory: input.MemorySize ?? 128,
            variables: input.Environment?.Variables ?? {},
          };
          try {
            await prepare(config);
          } catch (error) {
            throw invalid(`The handler of ${name} cannot be used: ${(error as Error).message}`);
          }
          const created: Created = {
            config,
            handler: Handler,
            architectures: input.Architectures ?? ["x86_64"],
            ...(input.DeadLetterConfig?.TargetArn && {
              deadLetter: input.DeadLetterConfig.TargetArn,
            }),
            ...(input.Tags && { tags: input.Tags }),
            modified: clock.now(),
          };
          if (input.ReservedConcurrentExecutions !== undefined)
            reserve(name, input.ReservedConcurrentExecutions);
          functions.set(name, created);
          return configuration(created);
        },

        async Invoke(input, caller: Caller) {
          const { InvocationType = "RequestResponse", LogType, Payload = "" } = input;
          const created = found(input.FunctionName, input.Qualifier);
          if (LogType === "Tail") throw notEmulated("lambda", "LogType Tail of Invoke");
          if (InvocationType === "DryRun") return { StatusCode: 204 };
          if (InvocationType !== "RequestResponse" && InvocationType !== "Event")
            throw invalid(`Unknown invocation type ${InvocationType}.`);
          const bytes = Buffer.from(Payload, "base64");
          const most = InvocationType === "Event" ? mostAsync : mostSync;
          if (bytes.byteLength > most) throw tooLarge(bytes.byteLength, most);
          const text = bytes.byteLength > 0 ? bytes.toString("utf8") : "{}";
          let value: unknown;
          try {
            value = JSON.parse(text);
          } catch (error) {
            throw new AwsError(
              "InvalidRequestContentException",
              `Could not parse request body into json: ${(error as Error).message}`,
              400,
              { Type: "User" },
            );
          }
          const requestId = uuid(clock.random);
          if (InvocationType === "Event") {
            events.enqueue(created.config.name, requestId, text);
            return { StatusCode: 202 };
          }
          const outcome = await run(created, { text, value }, requestId, caller.name);
          const answer = { StatusCode: 200, ExecutedVersion: "$LATEST" };
          if (!outcome.ok)
            return {
              ...answer,
              FunctionError: "Unhandled",
              Payload: encode(JSON.stringify(outcome.error)),
            };
          if (Buffer.byteLength(outcome.result) > mostAnswered) {
            const errorType = "Function.ResponseSizeTooLarge";
            const errorMessage = `Response payload size exceeded maximum allowed payload size (${mostAnswered} bytes).`;
            return {
              ...answer,
              FunctionError: "Unhandled",
              Payload: encode(JSON.stringify({ errorType, errorMessage })),
            };
          }
          return { ...answer, Payload: encode(outcome.result) };
        },

        GetFunction({ FunctionName, Qualifier }: Named) {
          const created = found(FunctionName, Qualifier);
          const ReservedConcurrentExecutions = reserved.get(created.config.name);
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
        // What follows is made by the infrastructure alone, or never there.
        ListVersionsByFunction({ FunctionName, ...input }) {
          const { page, ...more } = marked([configuration(found(FunctionName))], input, 50);
          const Versions = page.map((one) => ({
            ...one,
            FunctionArn: `${one.FunctionArn}:$LATEST`,
          }));
          return { Versions, ...more };
        },
        ListAliases({ FunctionName, ...input }) {
          found(FunctionName);
          return { Aliases: marked([], input, 50).page };
        },
        GetFunctionUrlConfig({ FunctionName, Qualifier }: Named) {
          const url = urlConfig(found(FunctionName, Qualifier));
          if (!url) throw noSuchResource();
          return url;
        },
        ListFunctionUrlConfigs({ FunctionName, ...input }) {
          const url = urlConfig(found(FunctionName));
          const { page, ...more } = marked(url ? [url] : [], input, 50);
          return { FunctionUrlConfigs: page, ...more };
        },
        GetAccountSettings: () => ({
          AccountLimit: {
            TotalCodeSize: 80_530_636_800,
            CodeSizeUnzipped: 262_144_000,
            CodeSizeZipped: 52_428_800,
            ConcurrentExecutions: concurrency,
            UnreservedConcurrentExecutions: concurrency - reservedBut(""),
          },
          AccountUsage: { TotalCodeSize: 0, FunctionCount: functions.size },
        }),
        ListFunctions(input) {
          const { page, ...more } = marked([...functions.keys()], input, 50);
          return { Functions: page.map((name) => configuration(found(name))), ...more };
        },
        UpdateFunctionConfiguration({ FunctionName, Timeout, MemorySize, Environment, ...rest }) {
          for (const [name, value] of Object.entries(rest))
            if (value !== undefined)
              throw notEmulated("lambda", `the parameter ${name} of UpdateFunctionConfiguration`);
          const { config } = found(FunctionName);
          const { name } = config;
          checkTimeout(Timeout ?? config.timeout);
          checkVariables(Environment?.Variables ?? {});
          const wanted: Record<string, string> = Environment?.Variables ?? config.variables;
          const original = (functions.get(name) as Created).config.variables;
          const variables = Object.fromEntries(
            [...new Set([...Object.keys(original), ...Object.keys(wanted)])]
              .filter((variable) => wanted[variable] !== original[variable])
              .map((variable) => [variable, wanted[variable] ?? null]),
          );
          changes.set(name, {
            timeout: Timeout ?? config.timeout,
            memory: MemorySize ?? config.memory,
            variables,
            modified: clock.now(),
          });
          // Environments that run already keep what they began with; new ones see the change.
          return configuration(found(name));
        },

        DeleteFunction({ FunctionName }: Named) {
          const { name } = found(FunctionName).config;
          for (const part of [functions, changes, reserved, eventConfigs, policies])
            part.delete(name);
          prepared.delete(name);
          runtime.crash(name);
          return {};
        },

        PutFunctionConcurrency({
          FunctionName,
          ReservedConcurrentExecutions,
        }: Named & { ReservedConcurrentExecutions: number }) {
          reserve(found(FunctionName).config.name, ReservedConcurrentExecutions);
          return { ReservedConcurrentExecutions };
        },
        GetFunctionConcurrency({ FunctionName }: Named) {
          const ReservedConcurrentExecutions = reserved.get(found(FunctionName).config.name);
          return ReservedConcurrentExecutions === undefined ? {} : { ReservedConcurrentExecutions };
        },
        DeleteFunctionConcurrency({ FunctionName }: Named) {
          reserved.delete(found(FunctionName).config.name);
          return {};
        },

        PutFunctionEventInvokeConfig: ({ FunctionName, ...config }: Named & EventInvokeConfig) =>
          putEvents(found(FunctionName), config),
        UpdateFunctionEventInvokeConfig({ FunctionName, ...config }: Named & EventInvokeConfig) {
          const created = found(FunctionName);
          return putEvents(created, { ...eventConfigs.get(created.config.name), ...config });
        },
        ListFunctionEventInvokeConfigs({ FunctionName, ...input }) {
          const created = found(FunctionName);
          const all = eventConfigs.has(created.config.name) ? [showEvents(created)] : [];
          const { page, ...more } = marked(all, input, 50);
          return { FunctionEventInvokeConfigs: page, ...more };
        },
        GetFunctionEventInvokeConfig: ({ FunctionName }: Named) => showEvents(found(FunctionName)),

        AddPermission({ FunctionName, StatementId, Action, Principal, ...narrowed }) {
          const { config } = found(FunctionName);
          const policy = policies.get(config.name) ?? [];
          if (policy.some(({ Sid }) => Sid === StatementId))
            throw new AwsError(
              "ResourceConflictException",
              `The statement id (${StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
              409,
              { Type: "User" },
            );
          const service = /^[\w-]+\.amazonaws\.com$/.test(Principal);
          const statement: Statement = {
            Sid: StatementId,
            Effect: "Allow",
            Principal: service
              ? { Service: Principal }
              : Principal === "*"
                ? "*"
                : { AWS: Principal },
            Action,
            Resource: config.arn,
            ...conditionOf(narrowed),
          };
          policies.set(config.name, [...policy, statement]);
          return { Statement: JSON.stringify(statement) };
        },
        GetPolicy({ FunctionName }: Named) {
          const policy = policies.get(found(FunctionName).config.name);
          if (!policy) throw noSuchResource();
          const Policy = { Version: "2012-10-17", Id: "default", Statement: policy };
          return { Policy: JSON.stringify(Policy), RevisionId: String(policy.length) };
        },

        ...mappings.operations,
      },
      stop() {
        mappings.stop();
        events.stop();
        running = new Map();
        void runtime.stop();
      },
      async resume() {
        await Promise.all([...functions.values()].map(({ config }) => prepare(config)));
        events.resume();
        mappings.resume();
      },
    };
  };

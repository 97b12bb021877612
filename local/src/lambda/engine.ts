import { AwsError, type Caller, type Engine, notEmulated, type World } from "../engine.ts";
import { uuid } from "../uuid.ts";
import {
  asyncInvocations,
  checkEventInvokeConfig,
  type EventInvokeConfig,
} from "./async-invocations.ts";
import { checkDestination } from "./destinations.ts";
import { eventSourceMappings, type MappingOptions } from "./event-source-mappings.ts";
import type { FunctionConfig, MakeRuntime, Outcome, Runtime } from "./function.ts";

export type LambdaOptions = Partial<MappingOptions> & {
  /** Where handlers run: inline or in worker threads. */
  runtime: MakeRuntime;
};

/** The Lambda engine, with what no API offers: its runtime, to crash what runs there, and warming. */
export type LambdaEngine = Engine & {
  runtime: Runtime;
  /** Starts one environment of every function that has none, one after the other. */
  warm: () => Promise<void>;
};

type Statement = Record<string, unknown> & { Sid: string };
type Created = {
  config: FunctionConfig;
  handler: string;
  architectures: string[];
  deadLetter?: string;
  reserved?: number;
  running: number;
  modified: number;
  events: EventInvokeConfig & { LastModified?: number };
  policy: Statement[];
};

const mostSync = 6 * 1024 * 1024;
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
const invalid = (message: string) =>
  new AwsError("InvalidParameterValueException", message, 400, { Type: "User" });

const tooLarge = (bytes: number, most: number) =>
  new AwsError(
    "RequestTooLargeException",
    `${bytes} byte payload is too large for the ${most === mostSync ? "RequestResponse" : "Event"} invocation type (limit ${most} bytes)`,
    413,
    { Type: "User" },
  );

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
  ({ runtime: makeRuntime, wake, pollDelay }: LambdaOptions) =>
  (world: World): LambdaEngine => {
    const { clock, account, region } = world;
    const runtime = makeRuntime(world);
    const functions = new Map<string, Created>();

    const arnOf = (name: string) => `arn:aws:lambda:${region}:${account}:function:${name}`;
    const nameIn = (nameOrArn: string) => {
      const [, arnName] = /function:([^:]+)/.exec(nameOrArn) ?? [];
      return arnName ?? nameOrArn.split(":")[0] ?? nameOrArn;
    };
    const found = (nameOrArn: string): Created => {
      const name = nameIn(String(nameOrArn));
      const created = functions.get(name);
      if (!created) throw notFound(arnOf(name));
      return created;
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

    /** Runs a function once, if its reserved concurrency leaves room. */
    const run = async (
      created: Created,
      payload: string,
      requestId: string,
      source: string,
    ): Promise<Outcome> => {
      const { config, reserved } = created;
      if (reserved !== undefined && created.running >= reserved) {
        world.note({ kind: "throttled", function: config.name, source });
        throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, {
          Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
          Type: "User",
        });
      }
      created.running += 1;
      const began = clock.now();
      world.note({ kind: "invocation-started", function: config.name, requestId, source });
      try {
        const outcome = await runtime.invoke(config, payload, { requestId });
        world.note({
          kind: "invocation-ended",
          function: config.name,
          requestId,
          ms: clock.now() - began,
          ...(!outcome.ok && { error: outcome.error }),
        });
        return outcome;
      } finally {
        created.running -= 1;
      }
    };

    const events = asyncInvocations(
      world,
      ({ name }) => {
        const { events: config, deadLetter } = found(name);
        return { config, deadLetter };
      },
      ({ name }, { payload, requestId }) => run(found(name), payload, requestId, "event"),
    );

    const unset = () => {
      throw notEmulated("lambda", "event source mappings without `wake`");
    };
    const mappings = eventSourceMappings(
      world,
      { wake: wake ?? { streams: unset, queues: unset }, pollDelay },
      (name) => found(name).config,
    );

    const putEvents = (created: Created, config: EventInvokeConfig) => {
      checkEventInvokeConfig(config);
      const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = config;
      created.events = {
        MaximumRetryAttempts,
        MaximumEventAgeInSeconds,
        DestinationConfig,
        LastModified: clock.now() / 1000,
      };
      return showEvents(created);
    };
    const showEvents = ({ config, events: { LastModified, ...rest } }: Created) => {
      if (!LastModified)
        throw new AwsError(
          "ResourceNotFoundException",
          `The function ${config.arn}:$LATEST doesn't have an EventInvokeConfig`,
          404,
          { Type: "User" },
        );
      const DestinationConfig = rest.DestinationConfig ?? { OnSuccess: {}, OnFailure: {} };
      return { FunctionArn: `${config.arn}:$LATEST`, LastModified, ...rest, DestinationConfig };
    };

    type Named = { FunctionName: string };

    return {
      service: "lambda",
      runtime,
      async warm() {
        for (const { config } of functions.values()) await runtime.warm(config);
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
          if (!Number.isInteger(Timeout) || Timeout < 1 || Timeout > 900)
            throw invalid(`Value '${Timeout}' at 'timeout' must be between 1 and 900`);
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
            await runtime.prepare(config);
          } catch (error) {
            throw invalid(`The handler of ${name} cannot be used: ${(error as Error).message}`);
          }
          const created: Created = {
            config,
            handler: Handler,
            architectures: input.Architectures ?? ["x86_64"],
            deadLetter: input.DeadLetterConfig?.TargetArn || undefined,
            reserved: input.ReservedConcurrentExecutions,
            running: 0,
            modified: clock.now(),
            events: {},
            policy: [],
          };
          functions.set(name, created);
          return configuration(created);
        },

        async Invoke(input, caller: Caller) {
          const { InvocationType = "RequestResponse", LogType, Payload = "" } = input;
          const created = found(input.FunctionName);
          if (LogType === "Tail") throw notEmulated("lambda", "LogType Tail of Invoke");
          if (input.Qualifier && input.Qualifier !== "$LATEST")
            throw notEmulated("lambda", "versions and aliases");
          if (InvocationType === "DryRun") return { StatusCode: 204 };
          if (InvocationType !== "RequestResponse" && InvocationType !== "Event")
            throw invalid(`Unknown invocation type ${InvocationType}.`);
          const bytes = Buffer.from(Payload, "base64");
          const most = InvocationType === "Event" ? mostAsync : mostSync;
          if (bytes.byteLength > most) throw tooLarge(bytes.byteLength, most);
          const payload = bytes.byteLength > 0 ? bytes.toString("utf8") : "{}";
          try {
            JSON.parse(payload);
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
            events.enqueue(created.config, { requestId, payload, since: clock.now() });
            return { StatusCode: 202 };
          }
          const outcome = await run(created, payload, requestId, caller.name);
          const answer = { StatusCode: 200, ExecutedVersion: "$LATEST" };
          if (!outcome.ok)
            return {
              ...answer,
              FunctionError: "Unhandled",
              Payload: encode(JSON.stringify(outcome.error)),
            };
          if (Buffer.byteLength(outcome.result) > mostSync) {
            const errorType = "Function.ResponseSizeTooLarge";
            const errorMessage = `Response payload size exceeded maximum allowed payload size (${mostSync} bytes).`;
            return {
              ...answer,
              FunctionError: "Unhandled",
              Payload: encode(JSON.stringify({ errorType, errorMessage })),
            };
          }
          return { ...answer, Payload: encode(outcome.result) };
        },

        GetFunction({ FunctionName }: Named) {
          const created = found(FunctionName);
          return {
            Configuration: configuration(created),
            Code: { RepositoryType: "Local", Location: created.config.file },
            ...(created.reserved !== undefined && {
              Concurrency: { ReservedConcurrentExecutions: created.reserved },
            }),
          };
        },
        GetFunctionConfiguration: ({ FunctionName }: Named) => configuration(found(FunctionName)),
        ListFunctions: () => ({ Functions: [...functions.values()].map(configuration) }),
        UpdateFunctionConfiguration({ FunctionName, Timeout, MemorySize, Environment, ...rest }) {
          for (const [name, value] of Object.entries(rest))
            if (value !== undefined)
              throw notEmulated("lambda", `the parameter ${name} of UpdateFunctionConfiguration`);
          const created = found(FunctionName);
          const { config } = created;
          config.timeout = Timeout ?? config.timeout;
          config.memory = MemorySize ?? config.memory;
          config.variables = Environment?.Variables ?? config.variables;
          // Environments that run already keep what they began with; new ones see the change.
          return configuration(created);
        },

        DeleteFunction({ FunctionName }: Named) {
          const { config } = found(FunctionName);
          functions.delete(config.name);
          runtime.crash(config.name);
          return {};
        },

        PutFunctionConcurrency({
          FunctionName,
          ReservedConcurrentExecutions,
        }: Named & { ReservedConcurrentExecutions: number }) {
          if (!Number.isInteger(ReservedConcurrentExecutions) || ReservedConcurrentExecutions < 0)
            throw invalid("ReservedConcurrentExecutions must be 0 or more.");
          found(FunctionName).reserved = ReservedConcurrentExecutions;
          return { ReservedConcurrentExecutions };
        },
        GetFunctionConcurrency({ FunctionName }: Named) {
          const { reserved } = found(FunctionName);
          return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
        },
        DeleteFunctionConcurrency({ FunctionName }: Named) {
          found(FunctionName).reserved = undefined;
          return {};
        },

        PutFunctionEventInvokeConfig: ({ FunctionName, ...config }: Named & EventInvokeConfig) =>
          putEvents(found(FunctionName), config),
        UpdateFunctionEventInvokeConfig({ FunctionName, ...config }: Named & EventInvokeConfig) {
          const created = found(FunctionName);
          return putEvents(created, { ...created.events, ...config });
        },
        GetFunctionEventInvokeConfig: ({ FunctionName }: Named) => showEvents(found(FunctionName)),

        AddPermission({ FunctionName, StatementId, Action, Principal, ...narrowed }) {
          const { config, policy } = found(FunctionName);
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
          policy.push(statement);
          return { Statement: JSON.stringify(statement) };
        },
        GetPolicy({ FunctionName }: Named) {
          const { policy } = found(FunctionName);
          if (policy.length === 0)
            throw new AwsError(
              "ResourceNotFoundException",
              "The resource you requested does not exist.",
              404,
              { Type: "User" },
            );
          const Policy = { Version: "2012-10-17", Id: "default", Statement: policy };
          return { Policy: JSON.stringify(Policy), RevisionId: String(policy.length) };
        },

        ...mappings.operations,
      },
      stop() {
        mappings.stop();
        void runtime.stop();
      },
    };
  };

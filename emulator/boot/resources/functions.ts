import { CannotStart } from "../../kernel/refusals.ts";
import { defined, pascal, type Translation } from "./translation.ts";

/** Pulumi says -1 for "no limit". */
const positive = (value: number | undefined) =>
  value === undefined || value < 0 ? undefined : value;

const lastPart = (arn: string) => arn.split(":").at(-1) ?? "";

/** Functions, who may call them, and what they are called with. */
export const functions: Record<string, Translation> = {
  "aws:lambda/functionUrl:FunctionUrl": {
    uses: ["functionName", "authorizationType", "cors", "invokeMode"],
    create({ functionName, authorizationType, cors, invokeMode }, boot, { outputs }) {
      if (authorizationType !== "NONE")
        throw new CannotStart(
          `The emulator has no function URLs with authorization ${authorizationType} (${functionName}).`,
        );
      if (invokeMode !== undefined && invokeMode !== "BUFFERED")
        throw new CannotStart(
          `The emulator has no function URLs with mode ${invokeMode} (${functionName}).`,
        );
      const address = boot.urlOf(functionName);
      boot.replace(outputs.functionUrl, `${address}/`);
      boot.addFunctionUrl({ functionName, address, cors });
    },
  },

  "aws:lambda/function:Function": {
    callsOnly: true,
    together: true,
    uses: [
      "name",
      "role",
      "memorySize",
      "timeout",
      "architectures",
      "deadLetterConfig",
      "loggingConfig",
      "reservedConcurrentExecutions",
      "tags",
    ],
    skips: [
      "description",
      "environment", // likewise
      "ephemeralStorage",
      "handler", // of the bundle; the source's is in the graph's list of functions
      "packageType",
      "publish",
      "runtime",
      "s3Bucket",
      "s3Key",
      "sourceCodeHash",
      "code",
      "tracingConfig",
    ],
    async create(inputs, { call, functions, environmentOf }, resource) {
      const fn = functions.get(inputs.name);
      if (!fn)
        throw new CannotStart(`The graph does not say where the code of ${resource.name} is.`);
      await call(
        "lambda",
        "CreateFunction",
        defined({
          FunctionName: inputs.name,
          Role: inputs.role,
          HandlerFile: fn.handler.replace(/\.\w+$/, ".ts"),
          Handler: fn.handler.split("/").at(-1),
          Architectures: inputs.architectures,
          MemorySize: inputs.memorySize,
          Timeout: inputs.timeout,
          DeadLetterConfig: pascal(inputs.deadLetterConfig),
          LoggingConfig: pascal(inputs.loggingConfig),
          ReservedConcurrentExecutions: positive(inputs.reservedConcurrentExecutions),
          Tags: inputs.tags,
          Environment: { Variables: environmentOf(fn, inputs.role) },
        }),
      );
    },
  },

  "aws:lambda/permission:Permission": {
    callsOnly: true,
    uses: [
      "action",
      "function",
      "functionUrlAuthType",
      "invokedViaFunctionUrl",
      "principal",
      "sourceAccount",
      "sourceArn",
      "statementId",
    ],
    create: ({ function: name, statementId, ...inputs }, { call }, resource) =>
      call("lambda", "AddPermission", {
        FunctionName: lastPart(name),
        StatementId: statementId ?? resource.name,
        ...(pascal(inputs) as object),
      }),
  },

  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    callsOnly: true,
    uses: ["functionName", "maximumRetryAttempts", "maximumEventAgeInSeconds", "destinationConfig"],
    create: ({ destinationConfig, ...inputs }, { call }) =>
      call("lambda", "PutFunctionEventInvokeConfig", {
        ...(pascal(inputs) as object),
        ...(destinationConfig && { DestinationConfig: pascal(destinationConfig) }),
      }),
  },

  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    callsOnly: true,
    uses: [
      "batchSize",
      "bisectBatchOnFunctionError",
      "destinationConfig",
      "enabled",
      "eventSourceArn",
      "filterCriteria",
      "functionName",
      "functionResponseTypes",
      "maximumBatchingWindowInSeconds",
      "maximumRecordAgeInSeconds",
      "maximumRetryAttempts",
      "parallelizationFactor",
      "scalingConfig",
      "startingPosition",
    ],
    skips: ["tags"],
    create({ destinationConfig, tags: _tags, ...inputs }, { call }) {
      const destination = destinationConfig?.onFailure?.destinationArn;
      return call("lambda", "CreateEventSourceMapping", {
        ...(pascal(inputs) as object),
        ...(destination && { DestinationConfig: { OnFailure: { Destination: destination } } }),
      });
    },
  },
};

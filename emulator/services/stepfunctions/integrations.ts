import type { World } from "../../kernel/engine.ts";
import { AwsError } from "../../kernel/engine.ts";
import { deepestJson, nestsTooDeep } from "../../kernel/nesting.ts";
import { uuid } from "../../kernel/uuid.ts";
import { type Execution, type Failure, type Json, tooLarge } from "./execution.ts";

/** How a Task reaches a service. */
export type Integration = {
  /** As the history names it: "lambda" and "invoke.waitForTaskToken". */
  resourceType: string;
  resource: string;
  service: string;
  operation: string;
  /** Waits for the answer of SendTaskSuccess or SendTaskFailure. */
  callback: boolean;
  /** Waits for the end of the execution that it starts. */
  sync: boolean;
  /** The ARN of a Lambda function that stands as the Resource itself. */
  direct?: string;
};

const OPERATIONS: Record<string, { service: string; operation: string; patterns: string[] }> = {
  "lambda:invoke": { service: "lambda", operation: "Invoke", patterns: ["waitForTaskToken"] },
  "events:putEvents": {
    service: "events",
    operation: "PutEvents",
    patterns: ["waitForTaskToken"],
  },
  "sqs:sendMessage": {
    service: "sqs",
    operation: "SendMessage",
    patterns: ["waitForTaskToken"],
  },
  "dynamodb:getItem": { service: "dynamodb", operation: "GetItem", patterns: [] },
  "dynamodb:putItem": { service: "dynamodb", operation: "PutItem", patterns: [] },
  "dynamodb:updateItem": { service: "dynamodb", operation: "UpdateItem", patterns: [] },
  "dynamodb:deleteItem": { service: "dynamodb", operation: "DeleteItem", patterns: [] },
  "states:startExecution": {
    service: "states",
    operation: "StartExecution",
    patterns: ["sync", "sync:2", "waitForTaskToken"],
  },
};

/** What a Task's Resource stands for; undefined where this engine does not emulate it. */
export const integrationOf = (resource: string): Integration | undefined => {
  if (/^arn:aws:lambda:[^:]+:\d+:function:/.test(resource))
    return {
      resourceType: "lambda",
      resource,
      service: "lambda",
      operation: "Invoke",
      callback: false,
      sync: false,
      direct: resource,
    };
  const parts = /^arn:aws:states:[^:]*:\d*:(\w+):(\w+)(?:\.(.+))?$/.exec(resource);
  if (!parts) return undefined;
  const [, type = "", action = "", pattern] = parts;
  const known = OPERATIONS[`${type}:${action}`];
  if (!known || (pattern && !known.patterns.includes(pattern))) return undefined;
  return {
    resourceType: type,
    resource: pattern ? `${action}.${pattern}` : action,
    service: known.service,
    operation: known.operation,
    callback: pattern === "waitForTaskToken",
    sync: pattern === "sync" || pattern === "sync:2",
  };
};

type Fields = Record<string, Json>;

const text = (value: Json | undefined) =>
  typeof value === "string" ? value : JSON.stringify(value);

/** The API call's input, made of the state's Arguments as Step Functions makes it. */
const inputOf = (
  integration: Integration,
  execution: Execution,
  given: Json,
  name: string | undefined,
): Fields => {
  if (integration.direct)
    return {
      FunctionName: integration.direct,
      InvocationType: "RequestResponse",
      Payload: Buffer.from(JSON.stringify(given)).toString("base64"),
    };
  const fields = given as Fields;
  switch (integration.operation) {
    case "Invoke":
      return {
        InvocationType: "RequestResponse",
        ...fields,
        Payload: Buffer.from(JSON.stringify(fields.Payload ?? {})).toString("base64"),
      };
    case "PutEvents":
      return {
        ...fields,
        Entries: ((fields.Entries ?? []) as Fields[]).map((entry) => ({
          ...entry,
          ...(entry.Detail !== undefined && { Detail: text(entry.Detail) }),
          Resources: [...((entry.Resources ?? []) as Json[]), execution.machineArn, execution.arn],
        })),
      };
    case "SendMessage":
      return {
        ...fields,
        ...(fields.MessageBody != null && { MessageBody: text(fields.MessageBody) }),
      };
    case "StartExecution":
      return {
        stateMachineArn: fields.StateMachineArn ?? null,
        input: fields.Input == null ? "{}" : text(fields.Input),
        name: fields.Name ?? (name as string),
      };
    default:
      return fields;
  }
};

const metadata = (world: World, integration: Integration, status: number) => ({
  SdkHttpMetadata: { AllHttpHeaders: {}, HttpHeaders: {}, HttpStatusCode: status },
  SdkResponseMetadata: { RequestId: uuid(world.clock, `states answer ${integration.service}`) },
});

// biome-ignore lint/suspicious/noExplicitAny: an answer in the shape of its service
const resultOf = (world: World, integration: Integration, answer: any): Json => {
  switch (integration.operation) {
    case "Invoke": {
      const payload = parsed(Buffer.from(answer.Payload ?? "", "base64").toString());
      if (integration.direct) return payload;
      return {
        ExecutedVersion: answer.ExecutedVersion ?? "$LATEST",
        Payload: payload,
        ...metadata(world, integration, 200),
        StatusCode: answer.StatusCode ?? 200,
      };
    }
    case "PutEvents":
      return answer;
    case "StartExecution":
      return {
        ExecutionArn: answer.executionArn,
        StartDate: answer.startDate,
        ...metadata(world, integration, 200),
      };
    default:
      return { ...answer, ...metadata(world, integration, 200) };
  }
};

/** A payload of a function: JSON, and null where it answered nothing. */
const parsed = (payload: string): Json => {
  if (payload === "") return null;
  try {
    return JSON.parse(payload);
  } catch {
    return payload;
  }
};

/** What stands before an error's name, what the SDK calls its unnamed errors, and the service in a cause. */
const NAMES: Record<string, [prefix: string, unnamed: string, service: string]> = {
  lambda: ["Lambda", "AWSLambdaException", "AWSLambda"],
  dynamodb: ["DynamoDB", "AmazonDynamoDBException", "AmazonDynamoDBv2"],
  sqs: ["SQS", "AmazonSQSException", "AmazonSQS"],
  events: ["EventBridge", "AmazonEventBridgeException", "AmazonEventBridge"],
  states: ["StepFunctions", "AWSStepFunctionsException", "AWSStepFunctions"],
};

/** Errors that the services' SDKs have no class of their own for. */
const UNNAMED = [
  "ValidationException",
  "AccessDeniedException",
  "AccessDenied",
  "MissingParameter",
];

const failureOf = (world: World, integration: Integration, error: unknown): Failure => {
  const [prefix, unnamed, service] = NAMES[integration.service] as [string, string, string];
  if (!(error instanceof AwsError))
    return { error: `${prefix}.SdkClientException`, cause: String((error as Error)?.message) };
  const { code, message, status } = error;
  // To retry what is not emulated would hide it.
  if (code === "NotEmulated") return { error: "States.Runtime", cause: message };
  const named = code.endsWith("Exception") ? code : `${code}Exception`;
  return {
    error: `${prefix}.${UNNAMED.includes(code) ? unnamed : named}`,
    cause: `${message} (Service: ${service}; Status Code: ${status}; Error Code: ${code}; Request ID: ${uuid(world.clock, `states answer ${integration.service}`)}; Proxy: null)`,
  };
};

/** The ARN of a machine's execution by its name. */
export const executionArnOf = (machineArn: string, name: string) =>
  `${machineArn.replace(":stateMachine:", ":execution:")}:${name}`;

/**
 * Makes a Task's call; `name` is for an execution that is to be started and has none. Answers its result, or the
 * failure under the name that AWS gives it.
 */
export const perform = async (
  world: World,
  integration: Integration,
  execution: Execution,
  given: Json,
  name?: string,
): Promise<{ result: Json } | { failure: Failure }> => {
  // biome-ignore lint/suspicious/noExplicitAny: an answer in the shape of its service
  let answer: any;
  try {
    answer = await world.call({
      caller: { name: execution.machineName, role: execution.roleArn },
      service: integration.service,
      operation: integration.operation,
      input: inputOf(integration, execution, given, name),
    });
  } catch (error) {
    return { failure: failureOf(world, integration, error) };
  }
  const beyond = (what: string) => {
    const who = integration.direct ?? integration.resourceType;
    const cause = `The state/task '${who}' returned a result ${what}.`;
    return { failure: { error: "States.DataLimitExceeded", cause } };
  };
  const payload = Buffer.from(answer?.Payload ?? "", "base64").toString();
  if (nestsTooDeep(payload)) return beyond(`that nests deeper than ${deepestJson} levels`);
  if (answer?.FunctionError) {
    const thrown = parsed(payload) as { errorType?: string } | null;
    if (thrown?.errorType) return { failure: { error: thrown.errorType, cause: payload } };
    const cause = `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`;
    return { failure: { error: "Lambda.Unknown", cause } };
  }
  if (integration.operation === "PutEvents" && answer.FailedEntryCount > 0)
    return { failure: { error: "EventBridge.FailedEntry", cause: JSON.stringify(answer) } };
  const result = resultOf(world, integration, answer);
  if (tooLarge(JSON.stringify(result)))
    return beyond("with a size exceeding the maximum number of bytes service limit");
  return { result };
};

import type { Emulator } from "emulator/boot/emulate";
import type { Graph } from "emulator/boot/graph";
import type { Clock } from "emulator/kernel/clock";
import type { Fact } from "emulator/kernel/cloud";
import { AwsError, type Call } from "emulator/kernel/engine";
import type { Message } from "emulator/services/sqs/messages";
import { filtersOf } from "./log-filters.ts";
import { createSeries, type Dimensions, type Series } from "./series.ts";

const counted: Record<string, readonly string[]> = {
  "AWS/ApiGateway": ["5xx"],
  "AWS/DynamoDB": ["ReadThrottleEvents", "WriteThrottleEvents"],
  "AWS/Events": ["InvocationsFailedToBeSentToDlq"],
  "AWS/Lambda": [
    "ConcurrentExecutions",
    "DeadLetterErrors",
    "DestinationDeliveryFailures",
    "Errors",
    "IteratorAge",
    "Throttles",
  ],
  "AWS/SQS": ["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"],
  "AWS/Scheduler": ["InvocationsFailedToBeSentToDeadLetterCount"],
  "AWS/States": ["ExecutionTime", "ExecutionsAborted", "ExecutionsFailed", "ExecutionsTimedOut"],
};

/** Whether a metric is counted here: an alarm on another one would never ring. */
export const isCounted = (
  graph: Graph,
  { namespace, metric }: { namespace: string; metric: string },
): boolean =>
  namespace === "Petstore" || // by the functions themselves
  counted[namespace]?.includes(metric) ||
  filtersOf(graph).some((one) => one.namespace === namespace && one.metric === metric);

const MINUTE = 60_000;
const ENDS: Record<string, string> = {
  FAILED: "Failed",
  TIMED_OUT: "TimedOut",
  ABORTED: "Aborted",
};
const READS = ["GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"];

type Add = (namespace: string, name: string, dimensions: Dimensions, value: number) => void;

const adding =
  (series: Series, clock: Clock): Add =>
  (namespace, name, dimensions, value) =>
    series.add(namespace, name, dimensions, value, clock.now());

/** What a line in the embedded metric format measures. */
const addEmbedded = (line: string, series: Series) => {
  if (!line.startsWith('{"_aws"')) return;
  const { _aws, ...values } = JSON.parse(line);
  for (const { Namespace, Dimensions, Metrics } of _aws.CloudWatchMetrics)
    for (const names of Dimensions as string[][])
      for (const { Name } of Metrics)
        series.add(
          Namespace,
          Name,
          Object.fromEntries(names.map((name) => [name, String(values[name])])),
          Number(values[Name]),
          _aws.Timestamp,
        );
};

/** What is told of Lambda, the bus, schedules and sagas, as their metrics count it. */
const countFacts = ({ cloud, graph }: Emulator, add: Add, series: Series) => {
  const deadLettersOf = new Map(
    graph.resources
      .filter(({ type }) => type === "aws:lambda/function:Function")
      .map(({ inputs, outputs }) => [outputs.name, inputs.deadLetterConfig?.targetArn]),
  );
  const lambda = (name: string, value: number, FunctionName: unknown) => {
    add("AWS/Lambda", name, { FunctionName: String(FunctionName) }, value);
    add("AWS/Lambda", name, {}, value);
  };
  const filters = filtersOf(graph);
  const addFiltered = (name: unknown, line: string) => {
    for (const { functionName, matches, namespace, metric, value } of filters)
      if (functionName === name && matches(line)) add(namespace, metric, {}, value);
  };
  const startedAt = new Map<unknown, number>();
  let running = 0;
  const hear: Record<string, (fact: Fact) => void> = {
    log: ({ function: name, line }) => {
      addEmbedded(String(line), series);
      addFiltered(name, String(line));
    },
    "invocation-started": () => {
      running += 1;
      add("AWS/Lambda", "ConcurrentExecutions", {}, running);
    },
    "invocation-ended": ({ function: name, error }) => {
      running -= 1;
      lambda("Errors", error ? 1 : 0, name);
    },
    throttled: ({ function: name }) => lambda("Throttles", 1, name),
    "destination-failed": ({ arn, caller }) =>
      lambda(
        deadLettersOf.get(caller) === arn ? "DeadLetterErrors" : "DestinationDeliveryFailures",
        1,
        caller,
      ),
    "events.dropped": ({ queue, rule, bus }) => {
      if (queue === undefined) return;
      const RuleName = String(rule);
      // Of a rule on the default bus, CloudWatch names the rule alone.
      const dimensions: Dimensions =
        bus === "default" ? { RuleName } : { EventBusName: String(bus), RuleName };
      add("AWS/Events", "InvocationsFailedToBeSentToDlq", dimensions, 1);
    },
    "scheduler.dropped": ({ queue }) => {
      const name = "InvocationsFailedToBeSentToDeadLetterCount";
      if (queue !== undefined) add("AWS/Scheduler", name, { ScheduleGroup: "default" }, 1);
    },
    "states.started": ({ execution }) => void startedAt.set(execution, cloud.clock.now()),
    "states.ended": ({ execution, status }) => {
      const StateMachineArn = String(execution)
        .replace(":execution:", ":stateMachine:")
        .replace(/:[^:]*$/, "");
      const began = startedAt.get(execution);
      startedAt.delete(execution);
      if (began !== undefined)
        add("AWS/States", "ExecutionTime", { StateMachineArn }, cloud.clock.now() - began);
      const end = ENDS[String(status)];
      if (end) add("AWS/States", `Executions${end}`, { StateMachineArn }, 1);
    },
  };
  cloud.observe((fact) => hear[fact.kind]?.(fact));
};

/** How old the youngest record of a stream's batch is, in milliseconds. */
const ageOf = ({ input }: Call, now: number): number | undefined => {
  const { Records } = JSON.parse(Buffer.from(input.Payload ?? "", "base64").toString() || "{}");
  const created = Records?.at(-1)?.dynamodb?.ApproximateCreationDateTime;
  return created === undefined ? undefined : now - created * 1000;
};

/**
 * Counts what is seen of calls: tables that are throttled, and how late a stream is read. It sees what gates before it
 * answer, so it is put there after those that spoil something.
 */
export const countCalls = ({ cloud }: Emulator, series: Series) => {
  const add = adding(series, cloud.clock);
  cloud.guard(async (call, next) => {
    const { service, operation, caller, input } = call;
    if (service === "lambda" && operation === "Invoke" && caller.name.startsWith("mapping:")) {
      const age = ageOf(call, cloud.clock.now());
      const FunctionName = String(input.FunctionName).split(":").at(-1) ?? "";
      if (age !== undefined) add("AWS/Lambda", "IteratorAge", { FunctionName }, age);
    }
    try {
      return await next(call);
    } catch (error) {
      const isThrottled =
        error instanceof AwsError && /Throttl|ProvisionedThroughput/.test(error.code);
      if (service === "dynamodb" && isThrottled && input.TableName) {
        const name = READS.includes(operation) ? "ReadThrottleEvents" : "WriteThrottleEvents";
        add("AWS/DynamoDB", name, { TableName: input.TableName }, 1);
      }
      throw error;
    }
  });
};

/** What answers of the API count. */
const countAnswers = ({ handlers, graph }: Emulator, add: Add) => {
  const { api } = handlers;
  const ApiId = graph.resources.find(({ type }) => type === "aws:apigatewayv2/api:Api")?.outputs.id;
  handlers.api = async (request) => {
    const answer = await api(request);
    add("AWS/ApiGateway", "5xx", { ApiId }, answer.status >= 500 ? 1 : 0);
    return answer;
  };
};

/** How many messages each queue shows, and how old its oldest is, once a minute. */
const gaugeQueues = ({ cloud: { clock, keeper }, graph }: Emulator, add: Add) => {
  const queues = graph.resources
    .filter(({ type }) => type === "aws:sqs/queue:Queue")
    .map(({ outputs }) => String(outputs.name));
  const look = () => {
    const now = clock.now();
    const kept = keeper.parts.get("sqs.messages");
    const messages = [...(kept?.keys() ?? [])].map((key) => kept?.get(key) as Message);
    for (const QueueName of queues) {
      const own = messages.filter(({ queue }) => queue === QueueName);
      const visible = own.filter(({ visibleAt }) => visibleAt <= now).length;
      add("AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName }, visible);
      const oldest = Math.min(now, ...own.map(({ sentAt }) => sentAt));
      add("AWS/SQS", "ApproximateAgeOfOldestMessage", { QueueName }, (now - oldest) / 1000);
    }
    clock.after(MINUTE, "look at the queues", look);
  };
  look();
};

/** Counts from now on what CloudWatch would: what happens, what the API answers, what waits, what functions measure. */
export const countMetrics = (emulator: Emulator): Series => {
  const series = createSeries();
  const add = adding(series, emulator.cloud.clock);
  countFacts(emulator, add, series);
  countAnswers(emulator, add);
  gaugeQueues(emulator, add);
  return series;
};

import type { Graph, Resource } from "emulator/boot/graph";
import { ofType } from "../console/map-things.ts";
import { type Runbook, runbooksFor } from "./runbooks.ts";

/** What an alarm of the graph holds a service to. */
export type Alarm = {
  name: string;
  service: string;
  /** What it watches, by its name in the infrastructure: a queue, a function, a saga; empty for what is no single thing. */
  of: string;
  metric: string;
  /** What it means when it rings, in its own words. */
  says: string;
  /** What has to be true, in words. */
  holds: string;
  /** When it rings that it is not, in words. */
  rings: string;
  runbooks: Runbook[];
};

const duration = (seconds: number): string => {
  const [amount, unit] =
    seconds % 3600 === 0
      ? [seconds / 3600, "hour"]
      : seconds % 60 === 0
        ? [seconds / 60, "minute"]
        : [seconds, "second"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
};

/** What is promised by an alarm that rings above a threshold, for the metrics that mean the same everywhere. */
const promises: Record<string, (of: string, threshold: number) => string> = {
  ApproximateAgeOfOldestMessage: (of, seconds) =>
    `a message in ${of} is handled within ${duration(seconds)}`,
  ApproximateNumberOfMessagesVisible: (of, most) =>
    most === 0 ? `nothing waits for a person in ${of}` : `at most ${most} messages wait in ${of}`,
  IteratorAge: (of, ms) => `${of} publishes what was written within ${duration(ms / 1000)}`,
  ExecutionTime: (of, ms) => `half of the executions of ${of} end within ${duration(ms / 1000)}`,
  ExecutionsFailed: (of) => `no execution of ${of} fails`,
  ExecutionsTimedOut: (of) => `no execution of ${of} runs out of time`,
  ExecutionsAborted: (of) => `no execution of ${of} is aborted`,
  OldestOpenOrder: (_, seconds) => `every order has ended within ${duration(seconds)}`,
  Errors: (of, most) =>
    most === 0 ? `no call of ${of} fails` : `at most ${most} calls of ${of} fail`,
};

const windowOf = ({
  period,
  metricQueries,
  evaluationPeriods,
  datapointsToAlarm,
}: Resource["inputs"]) => {
  const seconds = Number(period ?? metricQueries?.[0]?.period);
  return evaluationPeriods === 1
    ? `in any ${duration(seconds)}`
    : `in ${datapointsToAlarm} of the last ${evaluationPeriods} times ${duration(seconds)}`;
};

/** Everything that the graph has an alarm for, in the order of their names. */
export const alarmsOf = (graph: Graph): Alarm[] => {
  const names = new Map(
    graph.resources.map(({ name, outputs }) => [
      String(outputs.name),
      name.replace(/(Queue|Function)$/, ""),
    ]),
  );
  for (const { name, outputs } of ofType(graph, "StateMachine")) names.set(outputs.arn, name);
  return ofType(graph, "MetricAlarm").map(({ name: resource, inputs }) => {
    const name = resource.replace(/Alarm$/, "");
    const dimensions: Record<string, string> = inputs.dimensions ?? {};
    const [watched = ""] = ["QueueName", "FunctionName", "StateMachineArn"].flatMap(
      (key) => dimensions[key] ?? [],
    );
    const of = names.get(watched) ?? "";
    const metric = String(inputs.metricName ?? "");
    const holds = promises[metric]?.(of, Number(inputs.threshold));
    const silence = inputs.treatMissingData === "breaching" ? ", or when nobody measures" : "";
    return {
      name,
      service: inputs.tags?.context ?? "platform",
      of,
      metric,
      says: inputs.alarmDescription,
      holds: holds ?? `not “${inputs.alarmDescription}”`,
      rings: `${windowOf(inputs)}${silence}`,
      runbooks: [...runbooksFor(name), ...runbooksFor(name.replace(/NotEmpty$/, ""))].filter(
        ({ file }, i, all) => all.findIndex((one) => one.file === file) === i,
      ),
    };
  });
};

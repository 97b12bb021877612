import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COST_PAGE, costPage } from "./synth/cost-page.ts";
import type { Resource } from "./synth/graph.ts";
import { all, byArn, graph, named } from "./synth/read-graph.ts";

const alarms = all("MetricAlarm").map(({ inputs }) => inputs);
const watches = (metricName: string, dimensions: Record<string, string>) =>
  alarms.some(
    (alarm) =>
      alarm.metricName === metricName &&
      JSON.stringify(alarm.dimensions) === JSON.stringify(dimensions),
  );

describe("data at rest", () => {
  it.each(named(all("Table")))("of %s is encrypted and can be restored", (_, { inputs }) => {
    expect(inputs.serverSideEncryption).toEqual({ enabled: true });
    expect(inputs.pointInTimeRecovery).toEqual({ enabled: true });
    expect(inputs.billingMode).toBe("PAY_PER_REQUEST");
  });

  it.each(named(all("Queue")))("of %s is encrypted", (_, { inputs }) => {
    expect(inputs.sqsManagedSseEnabled).toBe(true);
  });

  it("has an expiry where it is only kept for a while", () => {
    const expiring = all("Table").filter(({ inputs }) => inputs.ttl?.enabled);
    expect(expiring.map(({ name }) => name)).toEqual([
      "OrdersTableTable",
      "ReconciliationTableTable",
    ]);
    for (const { inputs } of expiring) expect(inputs.ttl.attributeName).toBe("expiresAt");
  });

  it("keeps every event of the bus for a while", () => {
    const [[bus], [archive]] = [all("EventBus"), all("EventArchive")];
    expect(archive?.inputs.eventSourceArn).toBe(bus?.outputs.arn);
    expect(archive?.inputs.eventPattern).toBeUndefined();
    expect(archive?.inputs.retentionDays).toBeGreaterThan(0);
  });
});

describe("alarms", () => {
  const mappings = all("EventSourceMapping");
  // Cognito waits for its triggers, so what fails there is in no queue.
  const triggers = all("UserPool").flatMap(({ inputs }) => Object.values(inputs.lambdaConfig));
  const isTrigger = (arn: unknown) => triggers.includes(arn);
  const isToldByAQueue = ({ inputs, outputs }: Resource) =>
    (inputs.deadLetterConfig !== undefined && !isTrigger(outputs.arn)) ||
    mappings.some((mapping) => mapping.inputs.functionName === outputs.arn);
  const [behindQueues, alone] = [
    all("Function").filter(isToldByAQueue),
    all("Function").filter((fn) => !isToldByAQueue(fn)),
  ];

  it.each(named(alone))("%s has one for errors", (_, { outputs }) => {
    expect(watches("Errors", { FunctionName: outputs.name })).toBe(true);
  });

  it.each(named(behindQueues))(
    "%s has none for errors, for a queue tells of them",
    (_, { inputs, outputs }) => {
      expect(watches("Errors", { FunctionName: outputs.name })).toBe(false);
      const failing = mappings
        .filter((mapping) => mapping.inputs.functionName === outputs.arn)
        .map((mapping) => {
          const source = mapping.inputs.eventSourceArn;
          return source.includes(":sqs:")
            ? JSON.parse(byArn(source).inputs.redrivePolicy).deadLetterTargetArn
            : mapping.inputs.destinationConfig.onFailure.destinationArn;
        });
      const queue = byArn(inputs.deadLetterConfig?.targetArn ?? failing[0]);
      const QueueName = queue.outputs.name;
      expect(watches("ApproximateNumberOfMessagesVisible", { QueueName })).toBe(true);
    },
  );

  it.each(named(all("Queue")))("%s has one for what waits too long", (_, { inputs, outputs }) => {
    const metric = inputs.redrivePolicy
      ? "ApproximateAgeOfOldestMessage"
      : "ApproximateNumberOfMessagesVisible";
    expect(watches(metric, { QueueName: outputs.name })).toBe(true);
  });

  it.each(named(all("StateMachine")))("%s has one for each bad end", (_, { outputs }) => {
    for (const end of ["Failed", "TimedOut", "Aborted"])
      expect(watches(`Executions${end}`, { StateMachineArn: outputs.arn })).toBe(true);
  });

  it("ring for what the payments' functions log as an error", () => {
    const groups = all("LogMetricFilter").map(({ inputs }) => {
      const { name, namespace } = inputs.metricTransformation;
      expect(inputs.pattern).toBe('{ ($.level = "ERROR") && ($.message.error = "*") }');
      expect(alarms.filter((one) => one.metricName === name)).toMatchObject([{ namespace }]);
      return inputs.logGroupName as string;
    });
    const ofPayments = all("Function").filter(
      ({ name, inputs }) => inputs.tags.context === "payments" && !/Outbox/.test(name),
    );
    expect(groups.sort()).toEqual(
      ofPayments.map(({ inputs }) => inputs.loggingConfig.logGroup).sort(),
    );
  });

  it("ring when orders wait for long: more were accepted than can be done", () => {
    const [fulfilment] = all("StateMachine").filter(({ name }) => name === "FulfilOrder");
    expect(alarms).toContainEqual(
      expect.objectContaining({
        metricName: "ExecutionTime",
        dimensions: { StateMachineArn: fulfilment?.outputs.arn },
        extendedStatistic: "p50",
        threshold: 60_000,
      }),
    );
  });

  it("tell somebody, also when it is over", () => {
    const [topic] = all("Topic");
    for (const alarm of alarms)
      expect(alarm).toMatchObject({
        alarmActions: [topic?.outputs.arn],
        okActions: [topic?.outputs.arn],
        comparisonOperator: "GreaterThanThreshold",
      });
  });

  it("stay silent when nothing happens, but for those that are measured always", () => {
    const loud = alarms.filter(({ treatMissingData }) => treatMissingData !== "notBreaching");
    expect(loud.map(({ metricName, treatMissingData }) => [metricName, treatMissingData])).toEqual([
      ["Differences", "breaching"],
      ["OldestOpenOrder", "breaching"],
    ]);
  });

  it("are as many as the page on costs says, and so is all else that it counts (npm run synth)", () => {
    const page = readFileSync(join(import.meta.dirname, "..", COST_PAGE), "utf8");
    expect(page).toContain(`| ${alarms.length} alarms `);
    expect(page).toBe(costPage(page, graph));
  });
});

describe("logs", () => {
  it.each(named(all("LogGroup")))("%s are kept as long as all others", (_, { inputs }) => {
    expect(inputs.retentionInDays).toBe(7);
  });

  it.each(named(all("Function")))("of %s go to a group of its own", (_, { inputs }) => {
    const groups = all("LogGroup").map((group) => group.inputs.name);
    expect(groups).toContain(inputs.loggingConfig.logGroup);
  });

  it("of a saga tell its steps but not its data", () => {
    for (const { inputs } of all("StateMachine")) {
      expect(inputs.tracingConfiguration).toEqual({ enabled: true });
      expect(inputs.loggingConfiguration).toMatchObject({
        level: "ALL",
        includeExecutionData: false,
      });
    }
  });
});

describe("tags", () => {
  const contexts = [...readdirSync(join(import.meta.dirname, "../services")), "platform"];
  const kinds = ["Table", "Queue", "Function", "Role", "LogGroup", "StateMachine", "EventRule"];
  const tagged = [...kinds, "EventSourceMapping", "MetricAlarm", "EventBus", "Api", "UserPool"];

  it("say whose a resource is: project, stage and context", () => {
    expect(graph.tags).toEqual({ project: "petstore", stage: "local" });
    for (const { name, inputs } of tagged.flatMap(all))
      expect(contexts, name).toContain(inputs.tags?.context);
  });
});

import { matches } from "emulator/services/eventbridge/patterns";
import { describe, expect, it } from "vitest";
import type { Resource } from "./synth/graph.ts";
import { all, byArn, graph, may, named, statementsOf } from "./synth/read-graph.ts";

const queues = all("Queue");
const mappings = all("EventSourceMapping");
const isStream = ({ inputs }: Resource) => inputs.eventSourceArn.includes(":dynamodb:");
const roleOf = (fn: Resource) => byArn(fn.inputs.role);

/** Queues where something waits for a person. */
const deadLetterArns = new Set([
  ...queues.flatMap(({ inputs }) =>
    inputs.redrivePolicy ? [JSON.parse(inputs.redrivePolicy).deadLetterTargetArn] : [],
  ),
  ...mappings.flatMap(({ inputs }) => inputs.destinationConfig?.onFailure.destinationArn ?? []),
  ...all("Function").flatMap(({ inputs }) => inputs.deadLetterConfig?.targetArn ?? []),
]);

/** The only one who may send to a queue, by the queue's policy. */
const senderTo = (arn: string) => {
  const queue = byArn(arn);
  const policies = all("QueuePolicy").filter(({ inputs }) => inputs.queueUrl === queue.outputs.url);
  expect(policies, `policies of ${queue.name}`).toHaveLength(1);
  const [statement, ...others] = statementsOf(policies[0]?.inputs.policy);
  expect(others).toEqual([]);
  expect(statement).toMatchObject({
    Effect: "Allow",
    actions: ["sqs:SendMessage"],
    resources: [arn],
    Principal: { Service: "events.amazonaws.com" },
  });
  return statement?.Condition?.ArnEquals["aws:SourceArn"];
};

describe("every queue", () => {
  it.each(named(queues))("%s has a dead-letter queue or is one", (_, { inputs, outputs }) => {
    if (deadLetterArns.has(outputs.arn)) {
      expect(inputs.redrivePolicy).toBeUndefined();
      expect(inputs.messageRetentionSeconds).toBe(14 * 24 * 3600);
      return;
    }
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(inputs.redrivePolicy);
    expect(byArn(deadLetterTargetArn).outputs.name).toContain("Dlq");
    // Webhooks back off by themselves (payment-provider/deliver-webhook), and are tried more often.
    expect(maxReceiveCount).toBe(outputs.name.includes("ProviderWebhooks") ? 8 : 5);
  });
});

describe("every rule's target", () => {
  it.each(named(all("EventTarget")))(
    "%s is retried for a day and then parked, by its own rule only",
    (_, { inputs }) => {
      expect(inputs.retryPolicy).toEqual({
        maximumEventAgeInSeconds: 24 * 3600,
        maximumRetryAttempts: 185,
      });
      const rule = all("EventRule").find(({ outputs }) => outputs.name === inputs.rule);
      expect(rule).toBeDefined();
      expect(inputs.eventBusName).toBe(rule?.inputs.eventBusName);
      expect(senderTo(inputs.deadLetterConfig.arn)).toBe(rule?.outputs.arn);
      if (inputs.arn.includes(":sqs:")) expect(senderTo(inputs.arn)).toBe(rule?.outputs.arn);
      else {
        const allowed = all("Permission").filter((p) => p.inputs.sourceArn === rule?.outputs.arn);
        expect(allowed.map((p) => p.inputs.function)).toEqual([inputs.arn]);
      }
    },
  );

  it("belongs to a rule that has no other", () => {
    const rules = all("EventTarget").map(({ inputs }) => inputs.rule);
    expect(rules.sort()).toEqual(
      all("EventRule")
        .map(({ outputs }) => outputs.name)
        .sort(),
    );
  });
});

describe("every event source mapping", () => {
  it.each(named(mappings))("%s lets a batch fail in part", (_, { inputs }) => {
    expect(inputs.functionResponseTypes).toEqual(["ReportBatchItemFailures"]);
  });

  it.each(named(mappings.filter(isStream)))(
    "%s loses no row: from the oldest on, halved, limited and reported",
    (_, { inputs }) => {
      expect(inputs).toMatchObject({
        startingPosition: "TRIM_HORIZON",
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: 10,
        maximumRecordAgeInSeconds: 3600,
        filterCriteria: { filters: [{ pattern: '{"eventName":["INSERT"]}' }] },
      });
      const failures = inputs.destinationConfig.onFailure.destinationArn;
      expect(byArn(failures).outputs.name).toContain("OutboxFailures");
      expect(may(roleOf(byArn(inputs.functionName)), "sqs:SendMessage", failures)).toBe(true);
    },
  );

  it.each(named(mappings.filter((mapping) => !isStream(mapping))))(
    "%s works on a message for at most a sixth of the time that it is hidden from others",
    (_, { inputs }) => {
      const { timeout } = byArn(inputs.functionName).inputs;
      const { visibilityTimeoutSeconds } = byArn(inputs.eventSourceArn).inputs;
      expect(visibilityTimeoutSeconds).toBeGreaterThanOrEqual(6 * timeout);
    },
  );

  it("takes few of an account's thousand invocations at once, whatever waits in the queues", () => {
    const onQueues = mappings.filter((mapping) => !isStream(mapping));
    const bounds = onQueues.map(({ inputs }) => inputs.scalingConfig?.maximumConcurrency);
    for (const bound of bounds) expect(bound).toBeGreaterThanOrEqual(2); // AWS takes no less
    expect(bounds.reduce((sum, bound) => sum + bound, 0)).toBeLessThanOrEqual(50);
  });

  it("is the only reader of its source", () => {
    const sources = mappings.map(({ inputs }) => inputs.eventSourceArn);
    expect(new Set(sources).size).toBe(sources.length);
    const streams = all("Table").flatMap(({ outputs }) => outputs.streamArn ?? []);
    const waiting = queues
      .map(({ outputs }) => outputs.arn)
      .filter((arn) => !deadLetterArns.has(arn));
    expect(sources.sort()).toEqual([...streams, ...waiting].sort());
  });
});

describe("every schedule", () => {
  it.each(named(all("Schedule")))("%s is retried and then parked", (_, { inputs: { target } }) => {
    expect(target.retryPolicy.maximumRetryAttempts).toBe(3);
    const role = byArn(target.roleArn);
    expect(may(role, "lambda:InvokeFunction", target.arn)).toBe(true);
    expect(may(role, "sqs:SendMessage", target.deadLetterConfig.arn)).toBe(true);
  });
});

describe("every function that is invoked asynchronously", () => {
  const invoked = [
    ...all("EventTarget").map(({ inputs }) => inputs.arn),
    ...all("Schedule").map(({ inputs }) => inputs.target.arn),
  ].filter((arn) => arn.includes(":lambda:"));

  it.each(named(invoked.map(byArn)))("%s has a dead-letter queue that it may send to", (_, fn) => {
    const { targetArn } = fn.inputs.deadLetterConfig;
    expect(queues.map(({ outputs }) => outputs.arn)).toContain(targetArn);
    expect(may(roleOf(fn), "sqs:SendMessage", targetArn)).toBe(true);
  });
});

describe("whoever signs up", () => {
  const [pool] = all("UserPool");
  const welcome = byArn(pool?.inputs.lambdaConfig.postConfirmation);

  it("is told to a function that this pool of this account may invoke, and no other", () => {
    const allowed = all("Permission").filter(
      ({ inputs }) => inputs.function === welcome.outputs.arn,
    );
    expect(allowed.map(({ inputs }) => inputs)).toEqual([
      {
        action: "lambda:InvokeFunction",
        function: welcome.outputs.arn,
        principal: "cognito-idp.amazonaws.com",
        sourceAccount: "123456789012",
        sourceArn: pool?.outputs.arn,
      },
    ]);
  });

  it("does not wait longer than Cognito does: five seconds", () =>
    expect(welcome.inputs.timeout).toBeLessThanOrEqual(5));
});

describe("an e-mail that comes back", () => {
  const [set] = all("ConfigurationSet");

  it("is told to the default bus, which is the only one that SES knows", () => {
    expect(all("ConfigurationSetEventDestination").map(({ inputs }) => inputs)).toMatchObject([
      {
        configurationSetName: set?.outputs.name,
        eventDestination: { enabled: true, matchingEventTypes: ["BOUNCE", "COMPLAINT"] },
      },
    ]);
  });

  it("is heard if it is one of this stage's and came back for good", () => {
    const rule = all("EventRule").find(({ name }) => name === "HearFeedbackRule");
    const back = (detailType: string, detail: object, by = set?.outputs.name) => ({
      source: "aws.ses",
      "detail-type": detailType,
      detail: { ...detail, mail: { tags: { "ses:configuration-set": [by] } } },
    });
    const bounce = (bounceType: string) => ({ bounce: { bounceType } });
    const hears = (event: object) => matches(JSON.parse(rule?.inputs.eventPattern), event);
    expect(hears(back("Email Bounced", bounce("Permanent")))).toBe(true);
    expect(hears(back("Email Complaint Received", { complaint: {} }))).toBe(true);
    expect(hears(back("Email Bounced", bounce("Transient")))).toBe(false);
    expect(hears(back("Email Bounced", bounce("Permanent"), "another"))).toBe(false);
    expect(hears(back("Email Delivered", { delivery: {} }))).toBe(false);
  });
});

describe("time", () => {
  it("runs out in a function before it does at whoever waits for it", () => {
    for (const { inputs } of all("Integration")) // API Gateway waits for 30 seconds
      expect(byArn(inputs.integrationUri).inputs.timeout).toBeLessThan(30);
    for (const { inputs } of all("StateMachine"))
      for (const state of Object.values<{
        Arguments?: { FunctionName: string };
        TimeoutSeconds?: number;
      }>(JSON.parse(inputs.definition).States))
        if (state.Arguments)
          expect(byArn(state.Arguments.FunctionName).inputs.timeout).toBeLessThan(
            state.TimeoutSeconds ?? Number.POSITIVE_INFINITY,
          );
  });

  it("is the same for the schedules as for what they sweep", () => {
    const sweeps = graph.resources.filter(({ name }) => name.endsWith("SweepOutboxTimerSchedule"));
    expect(sweeps.length).toBeGreaterThan(2);
    for (const { name, inputs } of sweeps)
      expect(inputs.scheduleExpression, name).toBe("rate(5 minutes)");
  });
});

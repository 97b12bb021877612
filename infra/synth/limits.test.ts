import { describe, expect, it } from "vitest";
import { refusedByAws } from "./limits.ts";
import { all, graph } from "./read-graph.ts";

/** A budget exists only where an e-mail address is configured: not in the local graph. */
const budget = {
  ...{ name: "Budget", budgetType: "COST", timeUnit: "MONTHLY" },
  ...{ limitAmount: "20", limitUnit: "USD", notifications: [] },
};

/** The first resource of a kind, with other inputs. */
const changed = (kind: string, change: object) => {
  const [one] =
    kind === "Budget" ? [{ type: "aws:budgets/budget:Budget", inputs: budget }] : all(kind);
  if (!one) throw new Error(`The graph has no ${kind}`);
  return [{ ...one, name: "It", inputs: { ...one.inputs, ...change } }];
};

describe("AWS", () => {
  it("takes everything that is in the graph", () => {
    expect(refusedByAws(graph.resources)).toEqual([]);
  });

  it.each<[string, string, object, string | RegExp]>([
    [
      "a name that is too long",
      "EventArchive",
      { name: "a".repeat(49) },
      `It: ArchiveName has 49 characters, and AWS takes at most 48: "${"a".repeat(49)}"`,
    ],
    [
      "a name with a blank",
      "EventRule",
      { name: "a rule" },
      /^It: Name does not fit .*: "a rule"$/,
    ],
    [
      "a number beyond its bounds",
      "EventSourceMapping",
      { batchSize: 10_001 },
      "It: BatchSize is 10001, and AWS takes 1 to 10000",
    ],
    ["a number where a text stands", "EventBus", { name: 1 }, "It: Name is no text: 1"],
    [
      "a word that it does not know",
      "MetricAlarm",
      { comparisonOperator: "Above" },
      /^It: ComparisonOperator is "Above", and AWS takes .*GreaterThanThreshold/,
    ],
    [
      "a name that a pattern of Java's forbids",
      "Budget",
      { ...budget, name: "a:b" },
      /^It: Budget\.BudgetName does not fit .*: "a:b"$/,
    ],
    ["what it wants", "StateMachine", { roleArn: undefined }, "It: roleArn is missing"],
    [
      "a member that it does not have",
      "Table",
      { colour: "red" },
      "It: colour is not in infra/synth/aws-inputs.json: add it, from AWS's model",
    ],
    [
      "what is wrong deep inside",
      "Schedule",
      {
        target: {
          ...all("Schedule")[0]?.inputs.target,
          retryPolicy: { maximumRetryAttempts: 186 },
        },
      },
      "It: Target.RetryPolicy.MaximumRetryAttempts is 186, and AWS takes 0 to 185",
    ],
    [
      "a retention that logs do not have",
      "LogGroup",
      { retentionInDays: 8 },
      /^It: retentionInDays is 8, and AWS takes 1, 3, 5, 7, /,
    ],
    [
      "a setting of a queue",
      "Queue",
      { visibilityTimeoutSeconds: 43_201 },
      "It: Attributes.VisibilityTimeout is 43201, and AWS takes 0 to 43200",
    ],
    [
      "a name that is one member of a map",
      "Function",
      { environment: { variables: { "1st": "x" } } },
      /^It: The name Environment\.Variables\.1st does not fit/,
    ],
    [
      "more than four kilobytes of environment",
      "Function",
      { environment: { variables: { LONG: "x".repeat(4096) } } },
      "It: Environment.Variables has 4107 bytes, and AWS takes at most 4096",
    ],
    [
      "a policy that is too long",
      "Role",
      { inlinePolicies: [{ name: "inline", policy: "x".repeat(10_241) }] },
      /^It: PolicyDocument has 10241 characters, and AWS takes at most 10240/,
    ],
  ])("refuses %s (%s)", (_what, kind, change, sentence) => {
    expect(refusedByAws(changed(kind, change))).toEqual([
      typeof sentence === "string" ? sentence : expect.stringMatching(sentence),
    ]);
  });

  it("has a type that nobody has translated refused by its name", () => {
    expect(refusedByAws([{ type: "aws:s3/bucket:Bucket", name: "Photos", inputs: {} }])).toEqual([
      "Photos: infra/synth/aws-calls.ts has no aws:s3/bucket:Bucket",
    ]);
  });
});

import { named, operator } from "./stage.ts";

const topic = new sst.aws.SnsTopic("Alarms");
if (operator) {
  new aws.sns.TopicSubscription("AlarmsToOperator", {
    topic: topic.arn,
    protocol: "email",
    endpoint: operator,
  });
  // Of the whole account: only tags that its owner has activated for billing could tell one stage's share.
  new aws.budgets.Budget("Budget", {
    name: named("Budget"),
    budgetType: "COST",
    timeUnit: "MONTHLY",
    limitAmount: "20",
    limitUnit: "USD",
    // A forecast needs weeks of history, and comes too late for a bad day: what was spent is told as well.
    notifications: ["ACTUAL", "FORECASTED"].map((notificationType) => ({
      comparisonOperator: "GREATER_THAN",
      notificationType,
      threshold: 100,
      thresholdType: "PERCENTAGE",
      subscriberEmailAddresses: [operator as string],
    })),
  });
}

type Alarm = {
  context: string;
  because: string;
  metric: [namespace: string, name: string];
  dimensions: Record<string, $util.Input<string>>;
  statistic?: "Sum" | "Maximum" | "p50";
  above: number;
  minutes: number;
};

/** Tells the operator when a metric exceeds a bound. No data is good news: nothing ran, nothing waits. */
export const alarm = (
  name: string,
  { context, because, metric, dimensions, statistic = "Sum", above, minutes }: Alarm,
) =>
  new aws.cloudwatch.MetricAlarm(`${name}Alarm`, {
    name: named(name),
    alarmDescription: because,
    namespace: metric[0],
    metricName: metric[1],
    dimensions,
    ...(statistic === "p50" ? { extendedStatistic: statistic } : { statistic }),
    comparisonOperator: "GreaterThanThreshold",
    threshold: above,
    period: minutes * 60,
    evaluationPeriods: 1,
    treatMissingData: "notBreaching",
    alarmActions: [topic.arn],
    tags: { context },
  });

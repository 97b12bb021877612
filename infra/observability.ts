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

type Watched = {
  context: string;
  because: string;
  statistic?: "Sum" | "Maximum" | "p50";
  above: number;
  /** The length of a period. */
  minutes: number;
  /** It rings when the bound was exceeded in `of[0]` of the last `of[1]` periods; in the last one, where nothing is said. */
  of?: [datapoints: number, periods: number];
  /** What is measured always, so that silence is bad news, too. */
  always?: boolean;
};

const create = (
  name: string,
  { context, because, above, of: [datapointsToAlarm, evaluationPeriods] = [1, 1], always }: Watched,
  what: Partial<aws.cloudwatch.MetricAlarmArgs>,
) =>
  new aws.cloudwatch.MetricAlarm(`${name}Alarm`, {
    name: named(name),
    alarmDescription: because,
    ...what,
    comparisonOperator: "GreaterThanThreshold",
    threshold: above,
    evaluationPeriods,
    datapointsToAlarm,
    treatMissingData: always ? "breaching" : "notBreaching",
    alarmActions: [topic.arn],
    okActions: [topic.arn],
    tags: { context },
  });

type Metric = [namespace: string, name: string];

/** Tells the operator when a metric exceeds a bound, and when it does no more. No data is good news: nothing ran, nothing waits. */
export const alarm = (
  name: string,
  {
    metric: [namespace, metricName],
    dimensions,
    statistic = "Sum",
    minutes,
    ...watched
  }: Watched & {
    metric: Metric;
    /** Without any, the metric is the whole account's in this region. */
    dimensions?: Record<string, $util.Input<string>>;
  },
) =>
  create(
    name,
    { ...watched, minutes },
    {
      namespace,
      metricName,
      ...(dimensions && { dimensions }),
      ...(statistic === "p50" ? { extendedStatistic: statistic } : { statistic }),
      period: minutes * 60,
    },
  );

/**
 * The same for the sum of a metric over everything that has these dimensions, wherever in the account and region, or where
 * one of them has this value. It costs as much as there are such metrics, and of bad news there mostly are none.
 */
export const alarmOnAll = (
  name: string,
  {
    metric: [namespace, metricName],
    by,
    where,
    minutes,
    ...watched
  }: Watched & {
    metric: Metric;
    by: string[];
    where?: [dimension: string, value: $util.Input<string>];
  },
) =>
  create(
    name,
    { ...watched, minutes },
    {
      metricQueries: [
        {
          id: "all",
          expression: $interpolate`SELECT SUM(${metricName}) FROM SCHEMA("${namespace}", ${by.join(", ")})${where ? $interpolate` WHERE ${where[0]} = '${where[1]}'` : ""}`,
          period: minutes * 60,
          returnData: true,
        },
      ],
    },
  );

import { named, operator } from "./stage.ts";

const topic = new sst.aws.SnsTopic("Alarms");
if (operator)
  new aws.sns.TopicSubscription("AlarmsToOperator", {
    topic: topic.arn,
    protocol: "email",
    endpoint: operator,
  });

type Alarm = {
  context: string;
  because: string;
  metric: [namespace: string, name: string];
  dimensions: Record<string, $util.Input<string>>;
  statistic?: "Sum" | "Maximum";
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
    statistic,
    comparisonOperator: "GreaterThanThreshold",
    threshold: above,
    period: minutes * 60,
    evaluationPeriods: 1,
    treatMissingData: "notBreaching",
    alarmActions: [topic.arn],
    tags: { context },
  });

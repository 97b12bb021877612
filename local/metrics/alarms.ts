import type { Graph } from "emulator/boot/graph";
import type { Series, Statistic } from "./series.ts";

/** An alarm of the graph, that can tell whether it would ring at a moment. */
export type Alarm = {
  /** As infra/ calls it: SalesQueueDlqNotEmpty. */
  name: string;
  namespace: string;
  metric: string;
  ringsAt: (series: Series, now: number) => boolean;
};

const QUERY =
  /^SELECT SUM\((\w+)\) FROM SCHEMA\("([\w/]+)", ([\w, ]+)\)(?: WHERE (\w+) = '([^']+)')?$/;

type Read = (series: Series, from: number, until: number) => number | undefined;

// biome-ignore lint/suspicious/noExplicitAny: a resource's inputs, as the graph has them
type Inputs = any;

/** Reads the metric of an alarm. */
const metricOf = (
  inputs: Inputs,
): { namespace: string; metric: string; period: number; read: Read } => {
  const { namespace, metricName, dimensions = {}, period, metricQueries } = inputs;
  const statistic = inputs.extendedStatistic ?? inputs.statistic;
  if (!metricQueries) {
    const what = { namespace, name: metricName, dimensions };
    const read: Read = (series, from, until) =>
      series.read(what, statistic as Statistic, from, until);
    return { namespace, metric: metricName, period, read };
  }
  const [{ expression, period: seconds }] = metricQueries;
  const [, name = "", space = "", schema = "", dimension, value] = QUERY.exec(expression) ?? [];
  if (!name) throw new Error(`Nobody here understands the query ${expression}`);
  const by = schema.split(", ").sort().join();
  const read: Read = (series, from, until) => {
    const values = series
      .dimensionsOf(space, name)
      .filter((one) => Object.keys(one).sort().join() === by)
      .filter((one) => dimension === undefined || one[dimension] === value)
      .flatMap(
        (one) => series.read({ namespace: space, name, dimensions: one }, "Sum", from, until) ?? [],
      );
    return values.length > 0 ? values.reduce((sum, one) => sum + one, 0) : undefined;
  };
  return { namespace: space, metric: name, period: seconds, read };
};

/** The alarms of a graph, evaluated as CloudWatch does it: so many of the last periods beyond the bound, what is missing as it is told to. */
export const alarmsOf = ({ resources }: Graph): Alarm[] =>
  resources
    .filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm")
    .map(({ name, inputs }) => {
      const { namespace, metric, period, read } = metricOf(inputs);
      const { evaluationPeriods, datapointsToAlarm, threshold, treatMissingData } = inputs;
      return {
        name: name.replace(/Alarm$/, ""),
        namespace,
        metric,
        ringsAt(series, now) {
          const length = period * 1000;
          const end = Math.floor(now / length) * length;
          const beyond = Array.from({ length: evaluationPeriods }, (_, i) => {
            const value = read(series, end - (i + 1) * length, end - i * length);
            return value === undefined ? treatMissingData === "breaching" : value > threshold;
          });
          return beyond.filter(Boolean).length >= datapointsToAlarm;
        },
      };
    });

/** Which alarms ring at some moment of a stretch of time, looked at every minute. */
export const ringingIn = (
  alarms: Alarm[],
  series: Series,
  from: number,
  until: number,
): string[] => {
  const names = new Set<string>();
  for (let now = from; now <= until; now += 60_000)
    for (const alarm of alarms) if (alarm.ringsAt(series, now)) names.add(alarm.name);
  return [...names].sort();
};

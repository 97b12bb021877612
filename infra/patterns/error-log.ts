import { alarm } from "../observability.ts";
import { named } from "../stage.ts";

const NAMESPACE = named("Logs");

/**
 * Rings when one of these functions logs an error of ours: what is handled, answered, and a matter for a person all the
 * same. What a function throws is logged by Lambda, at level ERROR too, but with an `errorType`; it has its own alarm.
 */
export const errorLogAlarm = (
  name: string,
  {
    context,
    because,
    functions,
  }: { context: string; because: string; functions: Record<string, sst.aws.Function> },
) => {
  for (const [fn, { nodes }] of Object.entries(functions))
    new aws.cloudwatch.LogMetricFilter(`${name}${fn}`, {
      name: named(`${name}${fn}`),
      // Taken from the function, so that its log group exists before the filter.
      logGroupName: nodes.function.loggingConfig.apply(({ logGroup }) => logGroup),
      pattern: '{ ($.level = "ERROR") && ($.message.error = "*") }',
      metricTransformation: { name, namespace: NAMESPACE, value: "1" },
    });
  alarm(name, {
    context,
    because,
    metric: [NAMESPACE, name],
    dimensions: {},
    above: 0,
    minutes: 5,
  });
};

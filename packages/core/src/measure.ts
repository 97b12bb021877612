/** The namespace of our own metrics in CloudWatch. */
export const NAMESPACE = "Petstore";

/**
 * Measures something, by the function that measures: one line in the embedded metric format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html), of which
 * CloudWatch makes a metric without a call. Written past `console`, which would put it inside a line of its own.
 */
export const measure = (name: string, value: number, unit: "Seconds" | "Count"): void => {
  const line = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: [["FunctionName"]],
          Metrics: [{ Name: name, Unit: unit }],
        },
      ],
    },
    FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    [name]: value,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

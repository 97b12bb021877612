import type { Graph } from "emulator/boot/graph";

/** A filter of a graph that makes a metric of a function's log lines. */
export type LogFilter = {
  functionName: string;
  namespace: string;
  metric: string;
  value: number;
  matches: (line: string) => boolean;
};

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const TERM = /^\(?\$((?:\.\w+)+) = "([^"]*)"\)?$/;

/**
 * CloudWatch's pattern `{ ($.a.b = "text") && ($.c = "*") }`: whether a line is JSON and has these texts there, `*` for any.
 * Throws for a pattern of another kind.
 */
const patternOf = (pattern: string): ((line: string) => boolean) => {
  const terms = pattern
    .replace(/^\{ | \}$/g, "")
    .split(" && ")
    .map((term) => {
      const [, path, text] = TERM.exec(term) ?? [];
      if (!path) throw new Error(`Nobody here understands the pattern ${pattern}`);
      return { names: path.split(".").slice(1), text };
    });
  return (line) => {
    const read = parsed(line);
    return terms.every(({ names, text }) => {
      // biome-ignore lint/suspicious/noExplicitAny: whatever somebody logged
      const value = names.reduce((inner: any, name) => inner?.[name], read);
      return typeof value === "string" && (text === "*" || value === text);
    });
  };
};

/** Every filter of a graph, with the function whose log it reads. */
export const filtersOf = ({ resources }: Graph): LogFilter[] =>
  resources
    .filter(({ type }) => type === "aws:cloudwatch/logMetricFilter:LogMetricFilter")
    .flatMap(({ inputs: { logGroupName, metricTransformation: made, pattern } }) =>
      resources
        .filter(({ inputs }) => inputs.loggingConfig?.logGroup === logGroupName)
        .map(({ outputs }) => ({
          functionName: String(outputs.name),
          namespace: String(made.namespace),
          metric: String(made.name),
          value: Number(made.value),
          matches: patternOf(pattern),
        })),
    );

import { AwsError, notEmulated } from "../../kernel/engine.ts";
import { compilePattern, crush } from "../eventbridge/patterns.ts";
import { checkDestination } from "./destinations.ts";

/** The settings of an event source mapping, by AWS's names. */
export type MappingSettings = {
  EventSourceArn: string;
  FunctionName: string;
  Enabled?: boolean;
  BatchSize?: number;
  MaximumBatchingWindowInSeconds?: number;
  FilterCriteria?: { Filters?: { Pattern: string }[] };
  FunctionResponseTypes?: string[];
  StartingPosition?: "TRIM_HORIZON" | "LATEST";
  ParallelizationFactor?: number;
  BisectBatchOnFunctionError?: boolean;
  MaximumRetryAttempts?: number;
  MaximumRecordAgeInSeconds?: number;
  DestinationConfig?: { OnFailure?: { Destination?: string } };
  ScalingConfig?: { MaximumConcurrency?: number };
};

const known = new Set([
  "EventSourceArn",
  "FunctionName",
  "Enabled",
  "BatchSize",
  "MaximumBatchingWindowInSeconds",
  "FilterCriteria",
  "FunctionResponseTypes",
  "StartingPosition",
  "ParallelizationFactor",
  "BisectBatchOnFunctionError",
  "MaximumRetryAttempts",
  "MaximumRecordAgeInSeconds",
  "DestinationConfig",
  "ScalingConfig",
  "Tags",
  "UUID",
  "TumblingWindowInSeconds",
]);
const onlyStreams = [
  "StartingPosition",
  "ParallelizationFactor",
  "BisectBatchOnFunctionError",
  "MaximumRetryAttempts",
  "MaximumRecordAgeInSeconds",
] as const;

const invalid = (message: string) => new AwsError("InvalidParameterValueException", message);

const checkRange = (name: string, value: number | undefined, least: number, most: number) => {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw new AwsError(
    "ValidationException",
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
  );
};

/** Whether an ARN names the stream of a DynamoDB table. */
export const isStream = (arn: string): boolean => /^arn:aws:dynamodb:.*\/stream\//.test(arn);

/** How many filters a mapping may have, and how long each. */
const mostFilters = 5;
const longestFilter = 4096;

const checkFilters = (filters: unknown = []): void => {
  if (!Array.isArray(filters)) throw invalid("Filters is a list.");
  if (filters.length > mostFilters)
    throw invalid(`Invalid filter criteria: more than ${mostFilters} filters.`);
  for (const filter of filters) {
    const { Pattern } = (filter ?? {}) as { Pattern?: unknown };
    if (typeof Pattern !== "string")
      throw invalid("Invalid filter pattern definition. A pattern is text.");
    if (Pattern.length > longestFilter)
      throw new AwsError(
        "ValidationException",
        `1 validation error detected: Value at 'filterCriteria.filters.pattern' failed to satisfy constraint: Member must have length less than or equal to ${longestFilter}`,
      );
  }
};

/** Refuses settings that AWS would refuse, or that are not emulated. */
export const checkMapping = (settings: MappingSettings): void => {
  for (const [name, value] of Object.entries(settings))
    if (!known.has(name) && value !== undefined)
      throw notEmulated("lambda", `the parameter ${name} of CreateEventSourceMapping`);
  if ((settings as { TumblingWindowInSeconds?: number }).TumblingWindowInSeconds)
    throw notEmulated("lambda", "the parameter TumblingWindowInSeconds");
  const { EventSourceArn: arn, BatchSize, MaximumBatchingWindowInSeconds: window = 0 } = settings;
  const stream = isStream(arn);
  if (!stream && !arn.startsWith("arn:aws:sqs:"))
    throw notEmulated("lambda", `the event source ${arn}`);
  checkRange("batchSize", BatchSize, 1, 10_000);
  checkRange("maximumBatchingWindowInSeconds", window, 0, 300);
  checkRange("parallelizationFactor", settings.ParallelizationFactor, 1, 10);
  checkRange("maximumRetryAttempts", settings.MaximumRetryAttempts, -1, 10_000);
  checkRange("maximumConcurrency", settings.ScalingConfig?.MaximumConcurrency, 2, 1000);
  const age = settings.MaximumRecordAgeInSeconds;
  if (age !== -1) checkRange("maximumRecordAgeInSeconds", age, 60, 604_800);
  for (const type of settings.FunctionResponseTypes ?? [])
    if (type !== "ReportBatchItemFailures")
      throw invalid(`Unknown function response type ${type}.`);
  checkFilters(settings.FilterCriteria?.Filters);
  try {
    filterOf(settings);
  } catch (error) {
    throw invalid(`Invalid filter pattern definition. ${(error as Error).message}`);
  }
  checkDestination(settings.DestinationConfig?.OnFailure?.Destination);
  if (stream) {
    if (!settings.StartingPosition)
      throw invalid("1 validation error: StartingPosition is needed.");
    if (!["TRIM_HORIZON", "LATEST"].includes(settings.StartingPosition))
      throw notEmulated("lambda", `the starting position ${settings.StartingPosition}`);
    if (settings.ScalingConfig) throw invalid("ScalingConfig is for SQS event sources only.");
    return;
  }
  for (const name of onlyStreams)
    if (settings[name] !== undefined) throw invalid(`${name} is for stream event sources only.`);
  if (settings.DestinationConfig?.OnFailure?.Destination)
    throw invalid("Unsupported DestinationConfig parameter for given event source mapping type.");
  if ((BatchSize ?? 10) > 10 && window < 1)
    throw invalid(
      "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
    );
};

/** A filter made of the mapping's patterns: one that matches is enough; without patterns all pass. */
export const filterOf = ({
  FilterCriteria,
}: MappingSettings): ((record: () => unknown) => boolean) => {
  if (!FilterCriteria?.Filters?.length) return () => true;
  const known = compiled.get(FilterCriteria) ?? compile(FilterCriteria.Filters);
  compiled.set(FilterCriteria, known);
  return known;
};

const compiled = new WeakMap<object, (record: () => unknown) => boolean>();
const compile = (filters: { Pattern: string }[]) => {
  const patterns = filters.map(({ Pattern }) => compilePattern(JSON.parse(Pattern)));
  return (record: () => unknown) => {
    const event = crush(record());
    return patterns.some((matches) => matches(event));
  };
};

/** What a function said about single records: ids that failed, or "all" of the batch. */
export const failuresIn = (
  { FunctionResponseTypes = [] }: MappingSettings,
  ids: readonly string[],
  result: string,
): Set<string> | "all" => {
  if (!FunctionResponseTypes.includes("ReportBatchItemFailures")) return new Set();
  const answer: unknown = JSON.parse(result);
  if (answer === null || typeof answer !== "object") return new Set();
  const { batchItemFailures } = answer as { batchItemFailures?: { itemIdentifier?: unknown }[] };
  if (!Array.isArray(batchItemFailures)) return new Set();
  const failed = batchItemFailures.map((failure) => failure?.itemIdentifier);
  // AWS takes an identifier that it does not know as the failure of everything.
  if (failed.some((id) => typeof id !== "string" || !ids.includes(id))) return "all";
  return new Set(failed as string[]);
};

import { AwsError } from "../../kernel/engine.ts";

const batchId = /^[A-Za-z0-9_-]{1,80}$/;

/** Refuses a batch that SQS would refuse as a whole: without entries, with too many, with ids that do not do. */
export const checkBatch = (operation: string, entries: { Id: string }[] | undefined) => {
  if (!entries?.length)
    throw new AwsError(
      "EmptyBatchRequest",
      `There should be at least one ${operation}RequestEntry in the request.`,
    );
  if (entries.length > 10)
    throw new AwsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  const seen = new Set<string>();
  for (const { Id } of entries) {
    if (typeof Id !== "string" || !batchId.test(Id))
      throw new AwsError(
        "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
      );
    if (seen.has(Id)) throw new AwsError("BatchEntryIdsNotDistinct", `Id ${Id} repeated.`);
    seen.add(Id);
  }
};

/** Runs each entry of a batch by itself: some may fail while the call succeeds. */
export const eachOf = <Entry extends { Id: string }>(
  entries: Entry[],
  run: (entry: Entry) => object | undefined,
) => {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries)
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({
        Id: entry.Id,
        SenderFault: error.status < 500,
        Code: error.code,
        Message: error.message,
      });
    }
  return Failed.length > 0 ? { Successful, Failed } : { Successful };
};

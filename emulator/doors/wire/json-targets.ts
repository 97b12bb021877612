/** A service that speaks AWS JSON: the prefix of X-Amz-Target names it. */
export type JsonService = {
  service: string;
  version: "1.0" | "1.1";
  /** What stands before the # in `__type`. */
  namespace?: string;
};

/** AWS JSON 1.0 and 1.1 services by their target prefix. */
export const jsonServices: Record<string, JsonService> = {
  DynamoDB_20120810: {
    service: "dynamodb",
    version: "1.0",
    namespace: "com.amazonaws.dynamodb.v20120810",
  },
  DynamoDBStreams_20120810: {
    service: "streams",
    version: "1.0",
    namespace: "com.amazonaws.dynamodb.v20120810",
  },
  AmazonSQS: { service: "sqs", version: "1.0", namespace: "com.amazonaws.sqs" },
  AWSStepFunctions: { service: "states", version: "1.0" },
  AWSEvents: { service: "events", version: "1.1" },
};

/** The codes that SQS's older query protocol had, which clients still compare with (x-amzn-query-error). */
export const sqsQueryErrors: Record<string, string> = {
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  QueueDeletedRecently: "AWS.SimpleQueueService.QueueDeletedRecently",
  BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
  BatchRequestTooLong: "AWS.SimpleQueueService.BatchRequestTooLong",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
  InvalidBatchEntryId: "AWS.SimpleQueueService.InvalidBatchEntryId",
  MessageNotInflight: "AWS.SimpleQueueService.MessageNotInflight",
  PurgeQueueInProgress: "AWS.SimpleQueueService.PurgeQueueInProgress",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
  UnsupportedOperation: "AWS.SimpleQueueService.UnsupportedOperation",
};

import { bus } from "../events.ts";
import { alarm } from "../observability.ts";
import { allow } from "./allow.ts";
import { lambda } from "./lambda.ts";
import { deadLetterQueue } from "./queue.ts";
import { every } from "./schedule.ts";
import { outboxTable } from "./table.ts";

/**
 * The transactional outbox of a context: the table, the relay on its stream, and the sweeper that publishes
 * what the relay had to leave behind. `Orders` gives OrdersOutbox, OrdersRelayOutbox and OrdersSweepOutbox.
 */
export const outbox = (prefix: string, context: string) => {
  const table = outboxTable(`${prefix}Outbox`, { context });
  const failures = deadLetterQueue(`${prefix}OutboxFailures`, context);
  const { streamArn } = table.nodes.table;
  const publish = [
    allow(bus.arn, "events:PutEvents"),
    allow(table.arn, "dynamodb:BatchWriteItem"), // published rows are deleted
    allow(failures.arn, "sqs:SendMessage"),
  ];
  const link = [table, bus, failures];

  const relay = lambda(`${prefix}RelayOutbox`, `${context}/relay-outbox`, {
    link,
    timeout: 30,
    errors: "never", // it gets late, and then its failures' queue rings
    permissions: [
      ...publish,
      allow(
        streamArn,
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
      ),
    ],
  });
  new aws.lambda.EventSourceMapping(`${prefix}RelayOutboxMapping`, {
    eventSourceArn: streamArn,
    functionName: relay.arn,
    startingPosition: "TRIM_HORIZON", // a row written before the mapping exists is published too
    filterCriteria: { filters: [{ pattern: JSON.stringify({ eventName: ["INSERT"] }) }] },
    batchSize: 100,
    functionResponseTypes: ["ReportBatchItemFailures"],
    // By default a bad row blocks its shard until the stream forgets it, after 24 hours and without a word.
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: 10,
    maximumRecordAgeInSeconds: 3600,
    destinationConfig: { onFailure: { destinationArn: failures.arn } },
    tags: { context },
  });
  alarm(`${prefix}RelayOutboxLate`, {
    context,
    because: `${prefix}RelayOutbox is more than five minutes behind its stream`,
    metric: ["AWS/Lambda", "IteratorAge"],
    dimensions: { FunctionName: relay.name },
    statistic: "Maximum",
    above: 300_000,
    minutes: 5,
  });

  every("5 minutes", `${prefix}SweepOutbox`, `${context}/sweep-outbox`, {
    link,
    timeout: 60,
    permissions: [...publish, allow(table.arn, "dynamodb:Scan")],
  });
  return table;
};

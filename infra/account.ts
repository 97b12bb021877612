import { bus } from "./events.ts";
import { alarm, alarmOnAll } from "./observability.ts";
import { concurrency, named } from "./stage.ts";

const platform = { context: "platform", above: 0, minutes: 5 };

// Lambda counts these for the whole account and region. There they matter: all its functions share one concurrency.
alarm("Throttles", {
  ...platform,
  because: "Lambda functions of this account are throttled, for more than a moment",
  metric: ["AWS/Lambda", "Throttles"],
  of: [2, 3],
});
alarm("Concurrency", {
  ...platform,
  because: `More than four fifths of the account's concurrency of ${concurrency} are in use`,
  metric: ["AWS/Lambda", "ConcurrentExecutions"],
  statistic: "Maximum",
  above: Math.floor(0.8 * concurrency),
});

// What is lost for good: it did not even reach the queue where it would wait for a person.
alarm("DeadLetterErrors", {
  ...platform,
  because: "Lambda could not put a failed event into its function's dead-letter queue: it is lost",
  metric: ["AWS/Lambda", "DeadLetterErrors"],
});
alarm("DestinationDeliveryFailures", {
  ...platform,
  because: "Lambda could not tell a failure destination which records of a stream were given up",
  metric: ["AWS/Lambda", "DestinationDeliveryFailures"],
});
alarmOnAll("BusLosesEvents", {
  ...platform,
  because:
    "A rule of our bus could deliver an event neither to its target nor to its dead-letter queue: it is lost",
  metric: ["AWS/Events", "InvocationsFailedToBeSentToDlq"],
  by: ["EventBusName", "RuleName"],
  where: ["EventBusName", bus.name],
});
alarm("DefaultBusLosesEvents", {
  ...platform,
  because: "The rule that hears of ended sagas could not deliver an event, nor park it: it is lost",
  metric: ["AWS/Events", "InvocationsFailedToBeSentToDlq"],
  dimensions: { RuleName: named("RecoverSaga") },
});
alarm("SchedulesLoseRuns", {
  ...platform,
  because: "A schedule could neither call its function nor park the call: it is lost",
  metric: ["AWS/Scheduler", "InvocationsFailedToBeSentToDeadLetterCount"],
  dimensions: { ScheduleGroup: "default" },
});

// Tables on demand are throttled when one key, or a sudden start, asks for too much.
for (const [name, metric] of [
  ["TablesThrottleWrites", "WriteThrottleEvents"],
  ["TablesThrottleReads", "ReadThrottleEvents"],
] as const)
  alarmOnAll(name, {
    ...platform,
    because: `DynamoDB tables of this account are throttled, for more than a moment (${metric})`,
    metric: ["AWS/DynamoDB", metric],
    by: ["TableName"],
    of: [2, 3],
  });

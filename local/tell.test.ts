import { expect, test } from "vitest";
import { lossKinds } from "./losses.ts";
import { createTeller } from "./tell.ts";

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
const tell = (options?: { logs: boolean }) => createTeller("http://127.0.0.1:4566", options);
const dead = {
  kind: "sqs.dead-letter",
  queue: arn("sqs", "Orders"),
  deadLetterQueue: arn("sqs", "OrdersDlq"),
  messageId: "1",
  receives: 5,
};
const look =
  "Look: npm run aws -- --port 4566 sqs receive-message --queue-url http://127.0.0.1:4566/123456789012/OrdersDlq --max-number-of-messages 10 --visibility-timeout 0 --attribute-names All --message-attribute-names All";

test("the first loss of a kind is told with its queue and the line that looks at it, and counted on", () => {
  const { hear, rest } = tell();
  expect(hear(dead)).toBe(
    `A message of Orders is a dead letter now, in OrdersDlq: it was received 5 times and never deleted. ${look}`,
  );
  expect(rest()).toEqual([]);
  const said = Array.from({ length: 120 }, () => hear(dead)).flatMap((line) => line ?? []);
  expect(said).toEqual([
    "Again: 10 dead letters of Orders, by now.",
    "Again: 100 dead letters of Orders, by now.",
  ]);
  expect(rest()).toEqual(["In all: 121 dead letters of Orders."]);
});

test("a loss in a queue that can be redriven is told with the line that does it", () => {
  const redriven = (queue: string) => (queue.endsWith("OrdersDlq") ? "OrdersDlq" : undefined);
  const { hear } = createTeller("http://127.0.0.1:4566", { redriven });
  expect(hear(dead)).toMatch(
    /Look: npm run redrive -- OrdersDlq --port 4566 --dry-run \(without --dry-run it goes where it was going\)$/,
  );
  expect(hear({ ...dead, queue: "a:b:Sales", deadLetterQueue: arn("sqs", "SalesDlq") })).toMatch(
    /Look: npm run aws -- --port 4566 sqs receive-message/,
  );
});

test("losses of another queue are another loss", () => {
  const { hear, rest } = tell();
  hear(dead);
  expect(hear({ ...dead, queue: arn("sqs", "Sales") })).toMatch(/^A message of Sales is a dead/);
  hear(dead);
  expect(rest()).toEqual(["In all: 2 dead letters of Orders."]);
});

test("what comes by the dozen is counted by the dozen", () => {
  const { hear } = tell();
  const lost = {
    kind: "records-lost",
    source: `${arn("dynamodb", "table/Outbox")}/stream/1`,
    function: "Relay",
    count: 12,
  };
  expect(hear(lost)).toMatch(/^12 records of Outbox's stream ended before Relay had handled them/);
  expect(hear(lost)).toBe(undefined);
  expect(hear({ ...lost, count: 76 })).toBe(
    "Again: 100 records or more of Outbox's stream lost to Relay, by now.",
  );
});

test.each<[string, Record<string, unknown>, string[]]>([
  [
    "events.dropped",
    { rule: "Sales", bus: "Bus", target: arn("sqs", "SalesQueue"), reason: "no such queue" },
    [
      "An event of the rule Sales for SalesQueue was dropped and is nowhere: no such queue.",
      "events list-targets-by-rule --rule Sales --event-bus-name Bus",
    ],
  ],
  [
    "events.dropped",
    { bus: "Nowhere", reason: "no such bus" },
    ["An event of the bus Nowhere was"],
  ],
  [
    "events.dead-letter",
    {
      rule: "Sales",
      target: arn("sqs", "SalesQueue"),
      queue: arn("sqs", "OrdersDlq"),
      reason: "x",
    },
    ["An event of the rule Sales for SalesQueue is a dead letter now, in OrdersDlq: x.", look],
  ],
  [
    "scheduler.dropped",
    { schedule: "Sweep", target: arn("lambda", "function:Sweep"), reason: "x" },
    ["A call of the schedule Sweep for Sweep was dropped", "scheduler get-schedule --name Sweep"],
  ],
  [
    "scheduler.dead-letter",
    { schedule: "Sweep", queue: arn("sqs", "OrdersDlq"), reason: "x" },
    ["A call of the schedule Sweep is a dead letter now, in OrdersDlq", look],
  ],
  [
    "sqs.expired",
    { queue: arn("sqs", "Orders"), count: 2 },
    ["2 messages of Orders ended unhandled", "sqs get-queue-attributes"],
  ],
  [
    "event-dropped",
    { function: "Mail", condition: "RetriesExhausted", queue: arn("sqs", "OrdersDlq") },
    ["An asynchronous invocation of Mail was discarded (RetriesExhausted)", "OrdersDlq", look],
  ],
  [
    "event-dropped",
    { function: "Mail", condition: "EventAgeExceeded" },
    ["nothing is left of it", "get-function-event-invoke-config --function-name Mail"],
  ],
  [
    "records-dropped",
    {
      source: `${arn("dynamodb", "table/Outbox")}/stream/1`,
      function: "Relay",
      condition: "RetryAttemptsExhausted",
      count: 1,
      queue: arn("sqs", "OrdersDlq"),
    },
    ["1 record of Outbox's stream could not be handled by Relay and was given up", look],
  ],
  [
    "stream.trimmed",
    { source: `${arn("dynamodb", "table/Outbox")}/stream/1`, count: 3, most: 100 },
    ["3 records of Outbox's stream ended before anybody read them", "--table-name Outbox"],
  ],
  [
    "destination-failed",
    { arn: arn("sqs", "OrdersDlq"), caller: "Relay", message: "denied" },
    ["What Relay could not handle did not reach OrdersDlq either, and is lost: denied."],
  ],
])("%s is told: %j", (kind, fields, parts) => {
  const line = tell().hear({ kind, ...fields });
  for (const part of parts) expect(line).toContain(part);
  expect(line).toContain("Look: npm run aws -- --port 4566 ");
  expect(line).not.toMatch(/undefined|NaN|\[object/);
  expect(lossKinds.has(kind)).toBe(true);
});

test("code that never waits is named, as far as it is known", () => {
  const hear = (...functions: string[]) => tell().hear({ kind: "thread-stands-still", functions });
  expect(hear("Mail", "Relay")).toMatch(/^One of Mail, Relay computes and never waits; /);
  expect(hear("Mail")).toMatch(/^Mail computes and never waits; /);
  expect(hear()).toMatch(/^Code of a function that is no more computes and never waits; /);
});

test("what is wrong is said once, what a function logs when it is asked for, and all else not at all", () => {
  const defect = { kind: "defect", where: "here", message: "x" };
  const log = { kind: "log", function: "Mail", line: "sent" };
  const { hear } = tell();
  expect(hear(defect)).toBe("Defect in the emulator (here): x");
  expect(hear(defect)).toBe(undefined);
  expect(hear(log)).toBe(undefined);
  expect(tell({ logs: true }).hear(log)).toBe("Mail  sent");
  for (const kind of ["sqs.redriven", "events.delivered", "invocation-ended", "toString"])
    expect(hear({ kind })).toBe(undefined);
});

import { expect, test } from "vitest";
import { AwsError } from "../../kernel/engine.ts";
import { readMembers } from "./json-types.ts";

const said = (input: Record<string, unknown>) => {
  try {
    return readMembers(input);
  } catch (error) {
    if (error instanceof AwsError) return `${error.code}: ${error.message}`;
    throw error;
  }
};

test.each([
  [{ QueueUrl: 5 }, "NUMBER_VALUE cannot be converted to String"],
  [{ QueueUrl: true }, "TRUE_VALUE cannot be converted to String"],
  [{ QueueUrl: false }, "FALSE_VALUE cannot be converted to String"],
  [{ QueueUrl: [] }, "Start of list found where not expected."],
  [{ roleArn: {} }, "Start of structure or map found where not expected."],
  [{ VisibilityTimeout: "5" }, "STRING_VALUE cannot be converted to Integer"],
  [{ VisibilityTimeout: { toString: 1 } }, "Start of structure or map found where not expected."],
  [{ Entries: {} }, "Expected list or null"],
  [{ Entries: ["x"] }, "Expected map or null"],
  [{ Entries: [{ Id: { toString: 1 } }] }, "Start of structure or map found where not expected."],
  [{ Entries: [{ Source: 5 }] }, "NUMBER_VALUE cannot be converted to String"],
  [
    { Targets: [{ RetryPolicy: { MaximumRetryAttempts: "3" } }] },
    "STRING_VALUE cannot be converted to Integer",
  ],
  [{ TagKeys: ["a", 1] }, "NUMBER_VALUE cannot be converted to String"],
  [{ Attributes: { DelaySeconds: 5 } }, "NUMBER_VALUE cannot be converted to String"],
  [{ MessageAttributes: { a: "x" } }, "Expected map or null"],
  [{ MessageAttributes: { a: { StringValue: [] } } }, "Start of list found where not expected."],
  [
    { DestinationConfig: { OnFailure: { Destination: 5 } } },
    "NUMBER_VALUE cannot be converted to String",
  ],
])("%j is refused as AWS refuses it", (input, message) => {
  expect(said(input)).toBe(`SerializationException: ${message}`);
});

test("what has its type is read, however it is named inside a map of the client's", () => {
  const input = {
    QueueUrl: "q",
    VisibilityTimeout: 5,
    Entries: [{ Id: "a", Detail: "{}" }],
    Environment: { Variables: { Limit: "3", Entries: "x" } },
    Tags: { Name: 5 },
    somethingElse: { Name: 5 },
  };
  expect(said(input)).toEqual(input);
});

test("what is null is not there", () => {
  expect(
    said({ QueueUrl: null, Entries: [null, { Id: null }], Attributes: { a: null }, Ids: [null] }),
  ).toEqual({ Entries: [{}], Attributes: {}, Ids: [] });
});

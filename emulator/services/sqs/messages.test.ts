import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { arn, startSqs } from "./testing/start-sqs.ts";

describe("a message", () => {
  it("carries the MD5s that SDKs check", async () => {
    const { queue, send, receive } = await startSqs();
    const url = await queue("Things");
    // As answered by AWS for these attributes.
    const MessageAttributes = {
      timestamp: { DataType: "Number", StringValue: "1493147359900" },
    };
    const sent = await send(url, "attr1", { MessageAttributes });
    expect(sent.MD5OfMessageBody).toBe(createHash("md5").update("attr1").digest("hex"));
    expect(sent.MD5OfMessageAttributes).toBe("235c5c510d26fb653d073faed50ae77c");
    const [message] = await receive(url, { MessageAttributeNames: ["All"] });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      MD5OfBody: sent.MD5OfMessageBody,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes,
    });
  });

  it("stays hidden for its visibility timeout and comes back unless it is deleted", async () => {
    const { clock, queue, send, receive, bodies, sqs } = await startSqs();
    const url = await queue("Things", { VisibilityTimeout: "60" });
    await send(url, "a");
    const [first] = await receive(url);
    await clock.advance(59_999);
    expect(await bodies(url)).toEqual([]);
    await clock.advance(1);
    const [second] = await receive(url, { AttributeNames: ["All"] });
    expect(second.Attributes).toMatchObject({ ApproximateReceiveCount: "2" });
    await sqs("DeleteMessage", { QueueUrl: url, ReceiptHandle: first.ReceiptHandle });
    await clock.advance(60_000);
    const [third] = await receive(url);
    expect(third.Body).toBe("a");
    await sqs("DeleteMessage", { QueueUrl: url, ReceiptHandle: third.ReceiptHandle });
    await clock.advance(60_000);
    expect(await bodies(url)).toEqual([]);
  });

  it("may be given more time, or be released at once", async () => {
    const { clock, queue, send, receive, bodies, sqs } = await startSqs();
    const url = await queue("Things");
    await send(url, "a");
    const [{ ReceiptHandle }] = await receive(url);
    const change = (VisibilityTimeout: number) =>
      sqs("ChangeMessageVisibility", { QueueUrl: url, ReceiptHandle, VisibilityTimeout });
    await change(100);
    await clock.advance(99_000);
    expect(await bodies(url)).toEqual([]);
    await change(0);
    await expect(change(10)).rejects.toMatchObject({ code: "MessageNotInflight" });
    expect(await bodies(url)).toEqual(["a"]);
    await expect(change(10)).rejects.toMatchObject({ code: "InvalidParameterValue" });
  });

  it("is delayed by its own delay or the queue's", async () => {
    const { clock, queue, send, bodies } = await startSqs();
    const url = await queue("Things", { DelaySeconds: "20" });
    await send(url, "queue's");
    await send(url, "own", { DelaySeconds: 5 });
    await send(url, "now", { DelaySeconds: 0 });
    expect(await bodies(url)).toEqual(["now"]);
    await clock.advance(5_000);
    expect(await bodies(url)).toEqual(["own"]);
    await clock.advance(15_000);
    expect(await bodies(url)).toEqual(["queue's"]);
  });

  it("is hidden for at most twelve hours from a receive on, however often that is prolonged", async () => {
    const { clock, queue, send, receive, sqs } = await startSqs();
    const url = await queue("Things");
    await send(url, "a");
    const [{ ReceiptHandle }] = await receive(url, { VisibilityTimeout: 43_200 });
    const change = (VisibilityTimeout: number) =>
      sqs("ChangeMessageVisibility", { QueueUrl: url, ReceiptHandle, VisibilityTimeout });
    await clock.advance(3_600_000);
    await change(39_600);
    await expect(change(39_601)).rejects.toThrow(
      "Value 39601 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
    );
    await expect(change(43_201)).rejects.toMatchObject({ code: "InvalidParameterValue" });
  });

  it("keeps its age and its retention when it moves to a dead-letter queue", async () => {
    const { clock, queue, send, receive, bodies } = await startSqs();
    const grave = await queue("ThingsDlq", { MessageRetentionPeriod: "120" });
    const url = await queue("Things", {
      VisibilityTimeout: "100",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("ThingsDlq"), maxReceiveCount: 1 }),
    });
    await send(url, "a");
    await receive(url);
    await clock.advance(100_000);
    await receive(url);
    expect(await bodies(grave, { VisibilityTimeout: 0 })).toEqual(["a"]);
    await clock.advance(20_000);
    expect(await bodies(grave)).toEqual([]);
  });

  it("vanishes after the retention period", async () => {
    const { clock, queue, send, attributes, bodies } = await startSqs();
    const url = await queue("Things", { MessageRetentionPeriod: "60" });
    await send(url, "a");
    await clock.advance(60_000);
    expect(await attributes(url)).toMatchObject({ ApproximateNumberOfMessages: "0" });
    expect(await bodies(url)).toEqual([]);
  });

  it("carries at most ten attributes, is delayed at most 900 seconds, and counts its attributes", async () => {
    const { queue, send } = await startSqs();
    const url = await queue("Things");
    const attributes = (count: number, StringValue = "x") => ({
      MessageAttributes: Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`a${i}`, { DataType: "String", StringValue }]),
      ),
    });
    await send(url, "a", attributes(10));
    await expect(send(url, "a", attributes(11))).rejects.toThrow(
      "Number of message attributes [11] exceeds the allowed maximum [10].",
    );
    await send(url, "a", { DelaySeconds: 900 });
    await expect(send(url, "a", { DelaySeconds: 901 })).rejects.toThrow(
      "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
    );
    const rest = 1_048_576 - "a0".length - "String".length - 1000;
    await send(url, "b".repeat(rest), attributes(1, "x".repeat(1000)));
    await expect(send(url, "b".repeat(rest), attributes(1, "x".repeat(1001)))).rejects.toThrow(
      "Message must be shorter than 1048576 bytes.",
    );
  });

  it("is refused when it is empty, too large, or carries what SQS does not take", async () => {
    const { queue, send } = await startSqs();
    const url = await queue("Things", { MaximumMessageSize: "1024" });
    await expect(send(url, "")).rejects.toMatchObject({ code: "MissingParameter" });
    await expect(send(url, "x".repeat(1025))).rejects.toThrow(
      "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
    );
    await expect(send(url, "\u0000")).rejects.toMatchObject({ code: "InvalidMessageContents" });
    await expect(
      send(url, "a", { MessageAttributes: { Empty: { DataType: "String", StringValue: "" } } }),
    ).rejects.toThrow(
      "Message (user) attribute 'Empty' must contain a non-empty value of type 'String'.",
    );
  });
});

describe("a batch", () => {
  it("answers for each entry: one may fail alone", async () => {
    const { queue, sqs, receive } = await startSqs();
    const url = await queue("Things");
    const answer = await sqs("SendMessageBatch", {
      QueueUrl: url,
      Entries: [
        { Id: "a", MessageBody: "first" },
        { Id: "b", MessageBody: "" },
      ],
    });
    expect(answer.Successful).toMatchObject([{ Id: "a" }]);
    expect(answer.Failed).toMatchObject([{ Id: "b", SenderFault: true, Code: "MissingParameter" }]);
    const [{ ReceiptHandle }] = await receive(url);
    const deleted = await sqs("DeleteMessageBatch", {
      QueueUrl: url,
      Entries: [
        { Id: "x", ReceiptHandle },
        { Id: "y", ReceiptHandle: "nonsense" },
      ],
    });
    expect(deleted.Successful).toEqual([{ Id: "x" }]);
    expect(deleted.Failed).toMatchObject([{ Id: "y", Code: "ReceiptHandleIsInvalid" }]);
  });

  it.each([
    ["EmptyBatchRequest", []],
    [
      "TooManyEntriesInBatchRequest",
      Array.from({ length: 11 }, (_, i) => ({ Id: `${i}`, MessageBody: "a" })),
    ],
    ["InvalidBatchEntryId", [{ Id: "not valid", MessageBody: "a" }]],
    [
      "BatchEntryIdsNotDistinct",
      [
        { Id: "a", MessageBody: "a" },
        { Id: "a", MessageBody: "b" },
      ],
    ],
    [
      "BatchRequestTooLong",
      [
        { Id: "a", MessageBody: "a".repeat(1_048_576) },
        { Id: "b", MessageBody: "b" },
      ],
    ],
  ])("is refused as a whole with %s", async (code, Entries) => {
    const { queue, sqs } = await startSqs();
    const QueueUrl = await queue("Things");
    await expect(sqs("SendMessageBatch", { QueueUrl, Entries })).rejects.toMatchObject({ code });
  });
});

import { describe, expect, it } from "vitest";
import { startSqs } from "./testing/start-sqs.ts";

const numbered = <Value>(length: number, value: Value): Record<string, Value> =>
  Object.fromEntries(Array.from({ length }, (_, i) => [`n${i}`, value]));

/** An object that counts how often its member is read. */
const watched = <Holder extends object>(
  holder: Holder,
  member: string | number,
  value: unknown,
) => {
  const read = { times: 0 };
  Object.defineProperty(holder, member, {
    enumerable: true,
    get() {
      read.times += 1;
      return value;
    },
  });
  return { holder, read };
};

/** Without a trace, which would look at what is asked, too: within bounds of its own. */
const start = () => startSqs({}, { trace: false });

describe("what a request has too many of is counted before it is looked at", () => {
  it("message attributes", async () => {
    const { queue, send } = await start();
    const url = await queue("Things");
    const { holder, read } = watched({}, "DataType", "String");
    await expect(send(url, "a", { MessageAttributes: numbered(11, holder) })).rejects.toMatchObject(
      {
        code: "InvalidParameterValue",
        message: "Number of message attributes [11] exceeds the allowed maximum [10].",
      },
    );
    const MessageSystemAttributes = numbered(11, holder);
    await expect(send(url, "a", { MessageSystemAttributes })).rejects.toMatchObject({
      message: expect.stringContaining("Message system attribute name 'n0' is invalid"),
    });
    expect(read.times).toBe(22); // how deep they are was looked at
  });

  it("tags", async () => {
    const { queue, sqs } = await start();
    const QueueUrl = await queue("Things");
    const { holder: tags, read } = watched(numbered(50, "v"), "more", "v");
    for (const call of [
      () => sqs("CreateQueue", { QueueName: "Other", tags }),
      () => sqs("TagQueue", { QueueUrl, Tags: tags }),
    ]) {
      read.times = 0;
      await expect(call()).rejects.toMatchObject({
        code: "InvalidParameterValue",
        message: expect.stringContaining("Too many tags added for queue"),
      });
      expect(read.times).toBe(1); // how deep it is was looked at
    }
    await sqs("TagQueue", { QueueUrl, Tags: numbered(50, "v") });
    await expect(sqs("TagQueue", { QueueUrl, Tags: { other: "v" } })).rejects.toThrow("Too many");
  });

  it("names of a receive are read once, however many messages there are", async () => {
    const { queue, send, receive } = await start();
    const url = await queue("Things");
    const attribute = { DataType: "String", StringValue: "v" };
    const MessageAttributes = { "a.b": attribute, "a.c.d": attribute, ab: attribute };
    for (let i = 0; i < 5; i += 1) await send(url, "a", { MessageAttributes });
    const { holder: names, read } = watched(["", "nothing"], 0, "a.*");
    const received = await receive(url, {
      ...{ MessageAttributeNames: names, MessageSystemAttributeNames: ["SenderId", "a.*"] },
    });
    for (const message of received) {
      expect(Object.keys(message.MessageAttributes)).toEqual(["a.b", "a.c.d", "ab"]);
      expect(Object.keys(message.Attributes)).toEqual(["SenderId"]);
    }
    expect(received).toHaveLength(5);
    expect(read.times).toBe(2); // how deep they are was looked at
  });
});

describe("names that every object has", () => {
  const names = ["toString", "constructor", "valueOf", "hasOwnProperty", "__proto__", "foo"];

  it.each(names)("%s is no attribute of a queue", async (name) => {
    const { queue, sqs } = await start();
    const QueueUrl = await queue("Things");
    const Attributes = JSON.parse(`{"${name}":"1"}`);
    for (const call of [
      () => sqs("SetQueueAttributes", { QueueUrl, Attributes }),
      () => sqs("CreateQueue", { QueueName: "Other", Attributes }),
      () => sqs("GetQueueAttributes", { QueueUrl, AttributeNames: [name] }),
    ])
      await expect(call()).rejects.toMatchObject({
        code: "InvalidAttributeName",
        message: `Unknown Attribute ${name}.`,
      });
  });

  it.each([" 1", "1e1", "0x1", "1.0", "-1", ""])("%j is no number of seconds", async (text) => {
    const { queue } = await start();
    await expect(queue("Things", { VisibilityTimeout: text })).rejects.toMatchObject({
      code: "InvalidAttributeValue",
    });
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud } from "../../kernel/cloud.ts";
import { administrator } from "../../kernel/engine.ts";
import { sqsEngine } from "../../services/sqs/engine.ts";
import { createKeyRing } from "./credentials.ts";
import { awsEndpoint } from "./endpoint.ts";
import { signed } from "./testing/signed.ts";

const baseUrl = "http://127.0.0.1:4566";

/** A client that speaks as the AWS CLI did before SQS learnt AWS JSON. */
const oldClient = () => {
  const clock = virtualClock();
  const cloud = createCloud(clock, [sqsEngine({ baseUrl })]);
  const keys = createKeyRing(clock);
  const handle = awsEndpoint(cloud, keys);
  const credentials = keys.issue(administrator);
  return async (
    Action: string,
    form: Record<string, string> = {},
    address: { method?: string; path?: string; query?: string } = {},
  ) => {
    const parameters = new URLSearchParams({ Action, Version: "2012-11-05", ...form }).toString();
    const inBody = {
      headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
      body: parameters,
    };
    const request = { ...address, ...(address.method !== "GET" && inBody) };
    const { status, body } = await handle(signed(request, { ...credentials, service: "sqs" }));
    return { status, xml: String(body) };
  };
};

const Things = `${baseUrl}/123456789012/Things`;

test("a queue is created with its attributes and tags, listed and described", async () => {
  const send = oldClient();
  const created = await send("CreateQueue", {
    QueueName: "Things",
    "Attribute.1.Name": "VisibilityTimeout",
    "Attribute.1.Value": "7",
    "Tag.1.Key": "context",
    "Tag.1.Value": "things & more",
  });
  expect(created.xml).toBe(
    `<CreateQueueResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><CreateQueueResult><QueueUrl>${Things}</QueueUrl></CreateQueueResult><ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000001</RequestId></ResponseMetadata></CreateQueueResponse>`,
  );
  await send("CreateQueue", { QueueName: "Prices" });
  expect((await send("ListQueues")).xml).toContain(
    `<QueueUrl>${baseUrl}/123456789012/Prices</QueueUrl><QueueUrl>${Things}</QueueUrl>`,
  );
  const described = await send("GetQueueAttributes", {
    QueueUrl: Things,
    "AttributeName.1": "VisibilityTimeout",
  });
  expect(described.xml).toContain(
    "<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>",
  );
  expect((await send("ListQueueTags", { QueueUrl: Things })).xml).toContain(
    "<Tag><Key>context</Key><Value>things &amp; more</Value></Tag>",
  );
});

test("a message travels with its attributes, and is deleted", async () => {
  const send = oldClient();
  await send("CreateQueue", { QueueName: "Things" });
  const sent = await send("SendMessage", {
    QueueUrl: Things,
    MessageBody: "<a>\r\n&",
    "MessageAttribute.1.Name": "kind",
    "MessageAttribute.1.Value.DataType": "String",
    "MessageAttribute.1.Value.StringValue": "parrot",
  });
  expect(sent.xml).toContain("<MD5OfMessageAttributes>");
  const { xml } = await send("ReceiveMessage", {
    QueueUrl: Things,
    MaxNumberOfMessages: "10",
    "AttributeName.1": "All",
    "MessageAttributeName.1": "All",
  });
  expect(xml).toContain("<Body>&lt;a&gt;&#xD;\n&amp;</Body>");
  expect(xml).toContain(
    "<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>",
  );
  expect(xml).toMatch(
    /<MessageAttribute><Name>kind<\/Name><Value>.*<StringValue>parrot<\/StringValue>.*<\/Value><\/MessageAttribute>/,
  );
  const handle = /<ReceiptHandle>(.*)<\/ReceiptHandle>/.exec(xml)?.[1] ?? "";
  const deleted = await send("DeleteMessage", { QueueUrl: Things, ReceiptHandle: handle });
  expect(deleted).toMatchObject({ status: 200, xml: expect.not.stringContaining("Result>") });
});

test("a batch says of every entry what became of it, in the order in which they came", async () => {
  const send = oldClient();
  await send("CreateQueue", { QueueName: "Things" });
  const entries = Array.from({ length: 10 }, (_, index) => [
    [`SendMessageBatchRequestEntry.${index + 1}.Id`, `m${index}`],
    [`SendMessageBatchRequestEntry.${index + 1}.MessageBody`, index === 3 ? "" : `${index}`],
    [`SendMessageBatchRequestEntry.${index + 1}.DelaySeconds`, "0"],
  ]);
  const { xml } = await send("SendMessageBatch", {
    QueueUrl: Things,
    ...Object.fromEntries(entries.flat()),
  });
  const ids = [...xml.matchAll(/<SendMessageBatchResultEntry><Id>(\w+)/g)].map(([, id]) => id);
  expect(ids).toEqual(["m0", "m1", "m2", "m4", "m5", "m6", "m7", "m8", "m9"]);
  expect(xml).toMatch(/<BatchResultErrorEntry><Id>m3<\/Id>.*<SenderFault>true</);
});

test.each([
  ["GetQueueUrl", { QueueName: "Nowhere" }, 400, "AWS.SimpleQueueService.NonExistentQueue"],
  ["ReceiveMessage", { QueueUrl: Things, WaitTimeSeconds: "soon" }, 400, "InvalidParameterValue"],
  ["AddPermission", { QueueUrl: Things }, 501, "AddPermission of sqs"],
])(
  "an error has the code that clients of old compare with: %s",
  async (action, form, status, words) => {
    const send = oldClient();
    const refused = await send(action, form);
    expect(refused.status).toBe(status);
    expect(refused.xml).toContain(words);
  },
);

test("the address of a queue names it, and a request may be all in its address", async () => {
  const send = oldClient();
  await send("CreateQueue", { QueueName: "Things" });
  await send("SendMessage", { MessageBody: "by its address" }, { path: "/123456789012/Things" });
  const query = "Action=ReceiveMessage&Version=2012-11-05";
  const received = await send("", {}, { method: "GET", path: "/123456789012/Things/", query });
  expect(received.xml).toContain("<Body>by its address</Body>");
});

test("whatever names and values a form has, it is read or refused, and breaks nothing", async () => {
  const part = fc.constantFrom(
    ...[
      "1",
      "2",
      "x",
      "",
      "Name",
      "Key",
      "Value",
      "Attribute",
      "MessageAttribute",
      "Tag",
      "TagKey",
    ],
    ...["AttributeName", "SendMessageBatchRequestEntry", "QueueUrl", "QueueName", "MessageBody"],
    ...["DelaySeconds", "Id", "StringValue", "DataType", "constructor", "__proto__", "toString"],
  );
  const name = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("."));
  const value = fc.constantFrom("", "1", "-1", "x", "Things", "String", "__proto__");
  const action = fc.constantFrom("CreateQueue", "SendMessage", "SendMessageBatch", "TagQueue");
  const send = oldClient();
  await send("CreateQueue", { QueueName: "Things" });
  await fc.assert(
    fc.asyncProperty(
      action,
      fc.array(fc.tuple(name, value), { maxLength: 8 }),
      async (of, form) => {
        const { status, xml } = await send(of, { QueueUrl: Things, ...Object.fromEntries(form) });
        expect([200, 400, 501], xml).toContain(status);
      },
    ),
    { numRuns: 1_000 },
  );
});

import { deepEqual, equal } from "node:assert/strict";
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
  TagQueueCommand,
} from "@aws-sdk/client-sqs";
import { claimsOf, refused } from "./claim.ts";
import { createQueue } from "./sqs.ts";

const guide = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide";
const api = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference";

/** What SQS documents of queues: their names, settings and lists. */
export const queueClaims = claimsOf("sqs", [
  {
    name: "create-again",
    claim: "Creating a queue again answers the same URL, unless an attribute differs",
    doc: `${api}/API_CreateQueue.html`,
    async run(lab) {
      const { QueueName, QueueUrl } = await createQueue(lab, { VisibilityTimeout: "10" });
      const again = (VisibilityTimeout: string) =>
        lab.sqs.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout } }));
      equal((await again("10")).QueueUrl, QueueUrl);
      await refused(again("11"), "QueueNameExists");
    },
  },
  {
    name: "defaults",
    claim: "A new queue hides for 30 seconds, keeps for 4 days and does not delay",
    doc: `${api}/API_SetQueueAttributes.html`,
    async run(lab) {
      const { QueueUrl } = await createQueue(lab);
      const { Attributes: found = {} } = await lab.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
      );
      const { VisibilityTimeout, MessageRetentionPeriod, DelaySeconds } = found;
      deepEqual([VisibilityTimeout, MessageRetentionPeriod, DelaySeconds], ["30", "345600", "0"]);
    },
  },
  {
    name: "no-queue",
    claim: "A queue that does not exist is named as such",
    doc: `${api}/API_GetQueueUrl.html`,
    async run(lab) {
      const get = new GetQueueUrlCommand({ QueueName: lab.unique("none") });
      await refused(lab.sqs.send(get), "AWS.SimpleQueueService.NonExistentQueue", /does not exist/);
    },
  },
  {
    name: "list-pages",
    claim: "ListQueues answers as many as MaxResults says, and a token for those that follow",
    doc: `${api}/API_ListQueues.html`,
    async run(lab) {
      const QueueNamePrefix = lab.unique("listed");
      for (const name of ["a", "b", "c"]) {
        const create = new CreateQueueCommand({ QueueName: `${QueueNamePrefix}-${name}` });
        const { QueueUrl } = await lab.sqs.send(create);
        lab.later(() => lab.sqs.send(new DeleteQueueCommand({ QueueUrl })));
      }
      // Both pages at once: on AWS a new queue is listed after a while.
      await lab.eventually(async () => {
        const list = (NextToken?: string) =>
          lab.sqs.send(new ListQueuesCommand({ QueueNamePrefix, MaxResults: 2, NextToken }));
        const { QueueUrls: first = [], NextToken } = await list();
        if (first.length < 2 || !NextToken) return false;
        const { QueueUrls: second = [] } = await list(NextToken);
        return new Set([...first, ...second]).size === 3;
      }, 60);
    },
  },
  {
    name: "attribute-limits",
    claim: "A visibility timeout has at most 12 hours, retention from a minute to 14 days",
    doc: `${api}/API_SetQueueAttributes.html`,
    async run(lab) {
      const { QueueUrl } = await createQueue(lab);
      const set = (Attributes: Record<string, string>) =>
        lab.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
      await set({ VisibilityTimeout: "43200", MessageRetentionPeriod: "1209600" });
      for (const [name, wrong] of [
        ["VisibilityTimeout", "43201"],
        ["MessageRetentionPeriod", "59"],
        ["MessageRetentionPeriod", "1209601"],
      ] as const)
        await refused(set({ [name]: wrong }), "InvalidAttributeValue");
    },
  },
  {
    name: "attribute-names",
    claim: "A queue has only the attributes that are documented, to set and to read",
    doc: `${api}/API_GetQueueAttributes.html`,
    async run(lab) {
      const { QueueUrl } = await createQueue(lab);
      for (const name of ["foo", "toString"]) {
        const set = new SetQueueAttributesCommand({ QueueUrl, Attributes: { [name]: "1" } });
        await refused(lab.sqs.send(set), "InvalidAttributeName");
        const AttributeNames = [name as QueueAttributeName];
        const get = new GetQueueAttributesCommand({ QueueUrl, AttributeNames });
        await refused(lab.sqs.send(get), "InvalidAttributeName");
      }
    },
  },
  {
    name: "policy",
    claim: "What is no policy is refused as a queue's policy",
    doc: `${api}/API_SetQueueAttributes.html`,
    async run(lab) {
      const { QueueUrl } = await createQueue(lab);
      for (const Policy of ["nonsense", "[]", "1"])
        await refused(
          lab.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } })),
          "InvalidAttributeValue",
        );
    },
  },
  {
    name: "name-80",
    claim: "A queue's name has at most 80 characters",
    doc: `${api}/API_CreateQueue.html`,
    async run(lab) {
      const create = new CreateQueueCommand({ QueueName: "x".repeat(81) });
      await refused(lab.sqs.send(create), "InvalidParameterValue", /1 to 80 in length/);
    },
  },
  {
    name: "tags-50",
    claim: "A queue has at most 50 tags",
    doc: `${guide}/quotas-queues.html`,
    async run(lab) {
      const { QueueUrl } = await createQueue(lab);
      const tags = Array.from({ length: 51 }, (_, i) => [`tag${i}`, "x"]);
      const tag = new TagQueueCommand({ QueueUrl, Tags: Object.fromEntries(tags) });
      await refused(lab.sqs.send(tag), "InvalidParameterValue");
    },
  },
]);

import { AwsError, type Engine, notEmulated, type World } from "../../kernel/engine.ts";
import { pageOf } from "../../kernel/paging.ts";
import type { QueueDirectory } from "./directory.ts";
import type { MessageStore } from "./message-store.ts";
import { invalidParameter, isText, isWithin, missingParameter } from "./messages.ts";
import {
  checkAttributeNames,
  checkQueueAttributes,
  type Queue,
  redrivePolicyOf,
  settingsOf,
} from "./queues.ts";
import type { MessageRetention } from "./retention.ts";
import { checkTags } from "./tags.ts";

/** What is left of `given` when what is empty is taken away. */
const filled = (given: Record<string, string>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));

/** The operations on queues as a whole: their names, settings, tags and counts. */
export const queueOperations = (
  { clock }: World,
  {
    store,
    retention,
    directory: { queues, arnOf, urlOf, byArn, queueAt, change },
    arm,
    gone,
  }: {
    store: MessageStore;
    retention: MessageRetention;
    directory: QueueDirectory;
    /** Messages of a queue have become fewer. */
    arm: (queue: Queue) => void;
    /** A queue is deleted. */
    gone: (queue: Queue) => void;
  },
): Engine["operations"] => {
  const counts = (queue: Queue) => {
    const { visible, inFlight, delayed } = store.surface(queue);
    for (const message of store.all(queue)) retention.expire(queue, message);
    return {
      ApproximateNumberOfMessages: String(visible.size),
      ApproximateNumberOfMessagesNotVisible: String(inFlight.size),
      ApproximateNumberOfMessagesDelayed: String(delayed.size),
    };
  };

  /** A page of queues' URLs; there is a token for the next one only if the call said how many it wants. */
  const urlsOf = (wanted: Queue[], input: { MaxResults?: number; NextToken?: string }) => {
    const { MaxResults, NextToken } = input;
    if (!isWithin("MaxResults", MaxResults, 1, 1000))
      throw invalidParameter(
        "Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 1000.",
      );
    const { page, next } = pageOf(wanted.map(urlOf).sort(), MaxResults ?? 1000, NextToken, () =>
      invalidParameter("Invalid or expired next token."),
    );
    return { page, ...(MaxResults && next && { NextToken: next }) };
  };

  return {
    CreateQueue({ QueueName, Attributes = {}, tags = {} }) {
      if (!QueueName) throw missingParameter("QueueName");
      if (/\.fifo$/.test(QueueName)) throw notEmulated("sqs", `FIFO queues (${QueueName})`);
      if (!isText("QueueName", QueueName, /^[A-Za-z0-9_-]{1,80}$/))
        throw invalidParameter(
          "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        );
      const existing = queues.get(QueueName);
      checkQueueAttributes(Attributes, arnOf(QueueName), byArn);
      checkTags(QueueName, tags);
      if (existing) {
        const settings = settingsOf(existing);
        for (const [name, value] of Object.entries(Attributes))
          if ((settings[name] ?? "") !== value)
            throw new AwsError(
              "QueueNameExists",
              `A queue already exists with the same name and a different value for attribute ${name}`,
            );
        return { QueueUrl: urlOf(existing) };
      }
      const queue: Queue = {
        name: QueueName,
        arn: arnOf(QueueName),
        createdAt: clock.now(),
        modifiedAt: clock.now(),
        attributes: filled(Attributes),
        tags: { ...tags },
      };
      queues.set(QueueName, queue);
      return { QueueUrl: urlOf(queue) };
    },
    DeleteQueue(input) {
      const queue = queueAt(input);
      queues.delete(queue.name);
      store.clear(queue);
      gone(queue);
    },
    GetQueueUrl({ QueueName }) {
      if (!QueueName) throw missingParameter("QueueName");
      return { QueueUrl: urlOf(queueAt({ QueueUrl: QueueName })) };
    },
    ListQueues({ QueueNamePrefix = "", ...input }) {
      const wanted = [...queues.values()].filter(({ name }) => name.startsWith(QueueNamePrefix));
      const { page, ...more } = urlsOf(wanted, input);
      return { ...(page.length > 0 && { QueueUrls: page }), ...more };
    },
    GetQueueAttributes(input) {
      const queue = queueAt(input);
      const names: string[] = input.AttributeNames ?? [];
      checkAttributeNames(names);
      const all: Record<string, string> = {
        QueueArn: queue.arn,
        ...counts(queue),
        CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
        LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
        ...settingsOf(queue),
      };
      const Attributes = names.includes("All")
        ? all
        : Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
      return names.length > 0 ? { Attributes } : {};
    },
    SetQueueAttributes(input) {
      const queue = queueAt(input);
      const attributes: Record<string, string> = input.Attributes ?? {};
      checkQueueAttributes(attributes, queue.arn, byArn);
      const changed: Queue = {
        ...queue,
        attributes: filled({ ...queue.attributes, ...attributes }),
        modifiedAt: clock.now(),
      };
      queues.set(queue.name, changed);
      // What is in the queue already is kept for another time now.
      retention.sweep(changed);
    },
    PurgeQueue(input) {
      const queue = queueAt(input);
      if (queue.purgedAt !== undefined && clock.now() - queue.purgedAt < 60_000)
        throw new AwsError(
          "PurgeQueueInProgress",
          `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
          403,
        );
      change(queue, { purgedAt: clock.now() });
      store.clear(queue);
      arm(queue);
    },
    ListDeadLetterSourceQueues(input) {
      const { arn } = queueAt(input);
      const sources = [...queues.values()].filter(
        (queue) => redrivePolicyOf(queue)?.deadLetterTargetArn === arn,
      );
      const { page, ...more } = urlsOf(sources, input);
      return { queueUrls: page, ...more };
    },
    TagQueue(input) {
      const queue = queueAt(input);
      checkTags(queue.name, input.Tags);
      const tags = { ...queue.tags, ...input.Tags };
      checkTags(queue.name, tags);
      change(queue, { tags });
    },
    UntagQueue(input) {
      const queue = queueAt(input);
      const gone = new Set(input.TagKeys);
      const left = Object.entries(queue.tags).filter(([key]) => !gone.has(key));
      change(queue, { tags: Object.fromEntries(left) });
    },
    ListQueueTags(input) {
      const { tags } = queueAt(input);
      return Object.keys(tags).length > 0 ? { Tags: { ...tags } } : {};
    },
  };
};

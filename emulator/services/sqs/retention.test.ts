import { expect, it } from "vitest";
import { startSqs } from "./testing/start-sqs.ts";

const DAY = 24 * 3600_000;

const start = async (attributes: object = {}) => {
  const sqs = await startSqs();
  const url = await sqs.queue("Things", attributes);
  const kept = () => [...(sqs.cloud.keeper.parts.get("sqs.messages")?.keys() ?? [])].length;
  const expired = () =>
    sqs.facts.flatMap((fact) => (fact.kind === "sqs.expired" ? [Number(fact.count)] : []));
  return { ...sqs, url, kept, expired };
};

it("what nobody receives is deleted when its queue has kept it for long enough, and that is told", async () => {
  const { clock, send, receive, url, kept, expired } = await start();
  await send(url, "visible");
  await send(url, "in flight");
  await receive(url, { MaxNumberOfMessages: 1, VisibilityTimeout: 43_200 });
  await clock.advance(DAY);
  await send(url, "delayed", { DelaySeconds: 900 });
  await clock.advance(3 * DAY - 1);
  expect([kept(), expired()]).toEqual([3, []]);
  await clock.advance(1);
  expect([kept(), expired()]).toEqual([1, [2]]);
  await clock.advance(DAY);
  expect([kept(), expired()]).toEqual([0, [2, 1]]);
});

it("a queue is looked through once a minute at most, however many messages end in it", async () => {
  const { clock, send, url, kept, expired } = await start({ MessageRetentionPeriod: "60" });
  for (let i = 0; i < 600; i++) {
    await send(url, "a");
    await clock.advance(1_000);
  }
  expect(kept()).toBeLessThan(130);
  await clock.advance(120_000);
  expect(kept()).toBe(0);
  expect(expired().length).toBeLessThan(14);
  expect(expired().reduce((sum, count) => sum + count, 0)).toBe(600);
});

it("a shorter retention is good for what is in the queue already, a longer one too", async () => {
  const { clock, send, sqs, url, kept } = await start();
  const keepFor = (seconds: number) =>
    sqs("SetQueueAttributes", {
      QueueUrl: url,
      Attributes: { MessageRetentionPeriod: `${seconds}` },
    });
  await send(url, "a");
  await clock.advance(3600_000);
  await keepFor(1_209_600);
  await clock.advance(13 * DAY);
  expect(kept()).toBe(1);
  await keepFor(60);
  expect(kept()).toBe(0);
});

it("goes on after a restart", async () => {
  const { cloud, clock, send, url, kept } = await start();
  await send(url, "a");
  await cloud.restart(() => {});
  await clock.advance(4 * DAY);
  expect(kept()).toBe(0);
});

it("a queue that is deleted leaves nothing behind, its redrives included", async () => {
  const { cloud, clock, sqs, send, queue, url } = await start();
  const deadLetterTargetArn = "arn:aws:sqs:us-east-1:123456789012:Things";
  await queue("Source", {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }),
  });
  await send(url, "a");
  await sqs("StartMessageMoveTask", { SourceArn: deadLetterTargetArn });
  await sqs("DeleteQueue", { QueueUrl: url });
  await clock.advance(5 * DAY);
  for (const part of ["sqs.messages", "sqs.moveTasks"])
    expect([...(cloud.keeper.parts.get(part)?.keys() ?? [])]).toEqual([]);
});

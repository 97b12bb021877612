import { describe, expect, it } from "vitest";
import { arn, startSqs } from "./testing/start-sqs.ts";

it("no more than 120,000 messages are in flight: a short poll is refused, a long one waits", async () => {
  const { cloud, clock, queue, send, receive, bodies, sqs } = await startSqs();
  const url = await queue("Things");
  await send(url, "template");
  const [{ MessageId, ReceiptHandle }] = await receive(url, { VisibilityTimeout: 600 });
  await cloud.restart(({ parts }) => {
    const messages = parts.get("sqs.messages");
    const taken = messages?.get(MessageId) as object;
    for (let i = 1; i < 120_000; i += 1) messages?.apply(`${i}`, { ...taken, id: `${i}` });
  });
  await send(url, "one more");
  await expect(receive(url)).rejects.toMatchObject({ code: "OverLimit" });
  const polled = bodies(url, { WaitTimeSeconds: 20 });
  await clock.advance(5_000);
  await sqs("DeleteMessage", { QueueUrl: url, ReceiptHandle });
  expect(await bodies(url)).toEqual(["one more"]);
  await clock.advance(20_000);
  expect(await polled).toEqual([]);
});

describe("waiting for messages", () => {
  it("a long poll answers as soon as a message comes", async () => {
    const { clock, queue, send, bodies } = await startSqs();
    const url = await queue("Things");
    const polled = bodies(url, { WaitTimeSeconds: 20 });
    await clock.advance(3_000);
    await send(url, "a", { DelaySeconds: 4 });
    await clock.advance(4_000);
    expect(await polled).toEqual(["a"]);
  });

  it("a long poll answers nothing when its time is over", async () => {
    const { clock, queue, bodies } = await startSqs();
    const url = await queue("Things", { ReceiveMessageWaitTimeSeconds: "20" });
    const polled = bodies(url);
    await clock.advance(20_000);
    expect(await polled).toEqual([]);
  });

  it("a listener hears of messages that come, come back, and were there before", async () => {
    const { clock, queue, send, receive, engine } = await startSqs();
    const url = await queue("Things", { VisibilityTimeout: "30" });
    await send(url, "early");
    const heard: number[] = [];
    const from = clock.now();
    const stop = engine.onMessages(arn("Things"), () => heard.push(clock.now() - from));
    await clock.advance(1_000);
    expect(heard).toEqual([0]);
    await receive(url);
    await clock.advance(60_000);
    expect(heard).toEqual([0, 31_000]);
    await receive(url);
    stop();
    await clock.advance(60_000);
    expect(heard).toHaveLength(2);
  });

  it("nothing is scheduled for a queue that nobody listens to but the end of its messages", async () => {
    const { clock, queue, send, receive } = await startSqs();
    const url = await queue("Things");
    await send(url, "a", { DelaySeconds: 10 });
    await send(url, "b");
    await receive(url);
    const before = clock.now();
    expect(await clock.runUntil(() => false, 100 * 24 * 3600_000)).toBe(false);
    expect(clock.now()).toBe(before + 4 * 24 * 3600_000);
  });

  it("the order is first in, first out, or chance when asked for", async () => {
    const letters = [..."abcdefghij"];
    const order = async (shuffle: boolean) => {
      const { queue, send, bodies } = await startSqs({ shuffle });
      const url = await queue("Things");
      for (const letter of letters) await send(url, letter);
      return bodies(url);
    };
    expect(await order(false)).toEqual(letters);
    const shuffled = await order(true);
    expect(shuffled).not.toEqual(letters);
    expect(shuffled.toSorted()).toEqual(letters);
    expect(await order(true)).toEqual(shuffled);
  });
});

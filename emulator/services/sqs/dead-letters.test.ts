import { describe, expect, it } from "vitest";
import { arn, startSqs } from "./testing/start-sqs.ts";

describe("a dead-letter queue", () => {
  const withDeadLetters = async () => {
    const cloud = await startSqs();
    const graveUrl = await cloud.queue("ThingsDlq");
    const url = await cloud.queue("Things", {
      VisibilityTimeout: "1",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("ThingsDlq"), maxReceiveCount: 2 }),
    });
    const die = async () => {
      for (let i = 0; i < 3; i++) {
        await cloud.receive(url);
        await cloud.clock.advance(1_000);
      }
    };
    return { ...cloud, url, graveUrl, die };
  };

  it("takes a message that was received too often, with its id, age and receive count", async () => {
    const { clock, send, receive, url, graveUrl, die, facts } = await withDeadLetters();
    const sentAt = clock.now();
    const { MessageId } = await send(url, "poison");
    await die();
    expect(await receive(url)).toEqual([]);
    const [dead] = await receive(graveUrl, { MessageSystemAttributeNames: ["All"] });
    expect(dead).toMatchObject({
      MessageId,
      Body: "poison",
      Attributes: {
        DeadLetterQueueSourceArn: arn("Things"),
        ApproximateReceiveCount: "3",
        SentTimestamp: String(sentAt),
      },
    });
    expect(facts).toContainEqual({
      kind: "sqs.dead-letter",
      queue: arn("Things"),
      deadLetterQueue: arn("ThingsDlq"),
      messageId: MessageId,
      receives: 2,
    });
  });

  it("has a message once it was buried there: a burial that fails is tried again at the next receive, one that is late hides it", async () => {
    const { clock, send, receive, url, graveUrl, cloud } = await withDeadLetters();
    const fates = ["fails", "is late"];
    const buried: unknown[] = [];
    cloud.guard(
      async (call, next) => {
        if (call.operation !== "Bury") return next(call);
        buried.push(call.input.MessageBody);
        const fate = fates.shift();
        if (fate === "fails") throw new Error("not today");
        if (fate === "is late")
          await new Promise<void>((resolve) => clock.after(500, "late", resolve));
        return next(call).then(() => next(call));
      },
      { acts: true },
    );
    await send(url, "poison");
    for (let i = 0; i < 3; i++) {
      await receive(url);
      await clock.advance(1_000);
    }
    expect(await receive(graveUrl)).toEqual([]);
    expect(await receive(url)).toEqual([]);
    await clock.advance(400);
    expect([await receive(url), await receive(graveUrl)]).toEqual([[], []]);
    await clock.advance(200);
    expect(await receive(graveUrl)).toHaveLength(1);
    await clock.advance(60_000);
    expect(await receive(url)).toEqual([]);
    expect(buried).toEqual(["poison", "poison"]);
  });

  it("is redriven to the queues that gave up, as new messages", async () => {
    const { clock, sqs, send, receive, url, die } = await withDeadLetters();
    const { MessageId } = await send(url, "poison");
    await die();
    const { TaskHandle } = await sqs("StartMessageMoveTask", { SourceArn: arn("ThingsDlq") });
    expect(TaskHandle).toBeTruthy();
    await clock.advance(1_000);
    const { Results } = await sqs("ListMessageMoveTasks", { SourceArn: arn("ThingsDlq") });
    expect(Results).toMatchObject([
      {
        Status: "COMPLETED",
        ApproximateNumberOfMessagesMoved: 1,
        ApproximateNumberOfMessagesToMove: 1,
      },
    ]);
    const [again] = await receive(url, { AttributeNames: ["ApproximateReceiveCount"] });
    expect(again).toMatchObject({ Body: "poison", Attributes: { ApproximateReceiveCount: "1" } });
    expect(again.MessageId).not.toBe(MessageId);
  });

  it("is redriven at the rate asked for, one task at a time, until it is cancelled", async () => {
    const { clock, sqs, send, url, graveUrl, attributes } = await withDeadLetters();
    for (let i = 0; i < 10; i++) await send(graveUrl, `${i}`);
    const task = {
      SourceArn: arn("ThingsDlq"),
      DestinationArn: arn("Things"),
      MaxNumberOfMessagesPerSecond: 1,
    };
    const { TaskHandle } = await sqs("StartMessageMoveTask", task);
    await clock.advance(3_000);
    expect(await attributes(url)).toMatchObject({ ApproximateNumberOfMessages: "3" });
    await expect(sqs("StartMessageMoveTask", task)).rejects.toThrow(/already a task running/);
    expect(await sqs("CancelMessageMoveTask", { TaskHandle })).toEqual({
      ApproximateNumberOfMessagesMoved: 3,
    });
    await clock.advance(10_000);
    expect(await attributes(url)).toMatchObject({ ApproximateNumberOfMessages: "3" });
    const { Results } = await sqs("ListMessageMoveTasks", { SourceArn: arn("ThingsDlq") });
    expect(Results).toMatchObject([{ Status: "CANCELLED" }]);
  });

  it("cannot return what did not come from a queue unless a destination is named", async () => {
    const { clock, sqs, send, graveUrl } = await withDeadLetters();
    await send(graveUrl, "from elsewhere");
    await sqs("StartMessageMoveTask", { SourceArn: arn("ThingsDlq") });
    await clock.advance(1_000);
    const { Results } = await sqs("ListMessageMoveTasks", { SourceArn: arn("ThingsDlq") });
    expect(Results).toMatchObject([
      { Status: "FAILED", FailureReason: "CouldNotDetermineMessageSource" },
    ]);
  });

  it("only is redriven when some queue uses it, and is known by its sources", async () => {
    const { sqs, url, graveUrl } = await withDeadLetters();
    await expect(sqs("StartMessageMoveTask", { SourceArn: arn("Things") })).rejects.toThrow(
      "Source queue must be configured as a Dead Letter Queue.",
    );
    await expect(
      sqs("StartMessageMoveTask", {
        SourceArn: arn("ThingsDlq"),
        DestinationArn: arn("ThingsDlq"),
      }),
    ).rejects.toThrow("Source queue arn and destination queue arn cannot be the same.");
    expect(await sqs("ListDeadLetterSourceQueues", { QueueUrl: graveUrl })).toEqual({
      queueUrls: [url],
    });
  });

  it("serves the queues that it names, at most ten", async () => {
    const { queue } = await startSqs();
    const allow = (sourceQueueArns: string[]) => ({
      RedriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns }),
    });
    await queue("Choosy", allow([arn("Things")]));
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: arn("Choosy"),
      maxReceiveCount: 1,
    });
    await queue("Things", { RedrivePolicy });
    await expect(queue("Prices", { RedrivePolicy })).rejects.toThrow("does not have permissions");
    const eleven = Array.from({ length: 11 }, (_, i) => arn(`Q${i}`));
    await expect(queue("Wide", allow(eleven))).rejects.toMatchObject({
      code: "InvalidAttributeValue",
    });
  });

  it("is listed with its last ten redrives, the newest first", async () => {
    const { clock, sqs, send, graveUrl } = await withDeadLetters();
    for (let n = 1; n <= 12; n += 1) {
      for (let i = 0; i < n; i += 1) await send(graveUrl, "a");
      await sqs("StartMessageMoveTask", {
        SourceArn: arn("ThingsDlq"),
        DestinationArn: arn("Things"),
      });
      await clock.advance(1_000);
    }
    const list = async (MaxResults?: number) =>
      (await sqs("ListMessageMoveTasks", { SourceArn: arn("ThingsDlq"), MaxResults })).Results.map(
        // biome-ignore lint/suspicious/noExplicitAny: the wire's shape
        (task: any) => task.ApproximateNumberOfMessagesMoved,
      );
    expect(await list()).toEqual([12]);
    expect(await list(10)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    await expect(list(11)).rejects.toThrow("You must enter a number that's between 1 and 10.");
  });

  it("may refuse to serve a queue", async () => {
    const { queue } = await startSqs();
    await queue("Closed", { RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) });
    await expect(
      queue("Things", {
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("Closed"), maxReceiveCount: 1 }),
      }),
    ).rejects.toMatchObject({ code: "InvalidParameterValue" });
  });
});

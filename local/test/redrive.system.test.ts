import { AwsError } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Redriven, redriver } from "../redrive/redriver.ts";
import { by, failAtTables, hear, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const MINUTE = 60_000;

let shop: VirtualShop;
let redrive: ReturnType<typeof redriver>;
beforeEach(async () => {
  shop = await virtualShop();
  redrive = redriver(shop);
});
afterEach(() => shop?.local.stop());

const waiting = async (queue: string) => {
  const { said } = await redrive();
  const line = said.find((one) => one.startsWith(`${queue} `)) ?? "";
  return Number(/ (\d+)/.exec(line)?.[1]);
};
const nothingWaits = async () => {
  const { said } = await redrive();
  expect(said.filter((line) => !/ 0$/.test(line))).toEqual([]);
};
const idsIn = ({ said }: Redriven) =>
  said.flatMap((line) => /^ {2}([0-9a-f-]{36}) /.exec(line)?.[1] ?? []);

/** An order whose saga nobody began, for the function that does it failed. */
const notStarted = async (orders = 1) => {
  const mend = failAtTables(shop.local, "StartFulfilment");
  const ids = [];
  for (let i = 0; i < orders; i++) ids.push(await shop.order());
  await shop.clock.advance(5 * MINUTE);
  mend();
  return ids;
};

describe("every failure queue", () => {
  it("is listed with how many messages wait in it", async () => {
    await notStarted(2);
    const { code, said } = await redrive();
    const queues = shop.local.graph.resources.filter(
      ({ type, inputs }) => type === "aws:sqs/queue:Queue" && !inputs.redrivePolicy,
    );
    expect(code).toBe(0);
    expect(said).toHaveLength(queues.length);
    expect(said.find((line) => line.startsWith("StartFulfilmentDlq "))).toMatch(/ 2$/);
    expect(said.filter((line) => / 0$/.test(line))).toHaveLength(queues.length - 1);
  });

  it("has a name of at most 80 characters on a stage of 31, its random ending included", () => {
    const stage = "x".repeat(31);
    for (const { type, name } of shop.local.graph.resources)
      if (type === "aws:sqs/queue:Queue")
        expect(`petstore-${stage}-${name}-abcdefgh`.length, name).toBeLessThanOrEqual(80);
  });
});

describe("a look", () => {
  it("shows what, why, how old and how often tried, and changes nothing", async () => {
    const [orderId] = await notStarted();
    for (let look = 0; look < 2; look++) {
      const { code, said, entries } = await redrive("StartFulfilmentDlq", "--dry-run");
      expect([code, entries]).toEqual([0, []]);
      expect(said[0]).toBe("What goes to the function petstore-local-StartFulfilmentFunction:");
      expect(said[1]).toMatch(
        new RegExp(`orders\\.OrderPlaced\\.v\\d+ of ${orderId}, \\d minutes? old`),
      );
      expect(said[2]).toContain("Lost on the way");
    }
    expect(await waiting("StartFulfilmentDlq")).toBe(1);
  });
});

describe("a redrive", () => {
  it("F26 of a function's dead letters gives it each event again, and its effect comes once", async () => {
    const ids = await notStarted(3);
    const { code, entries } = await redrive("StartFulfilmentDlq");
    expect(code).toBe(0);
    expect(entries).toHaveLength(3);
    expect(entries[0]).toMatchObject({
      by: "a test",
      stage: "local",
      queue: "StartFulfilmentDlq",
      outcome: "invoked",
      reason: expect.stringContaining("Lost on the way"),
    });
    expect(new Set(entries.map(({ what }) => what.split(" of ")[1]))).toEqual(new Set(ids));
    await shop.clock.advance(2 * MINUTE); // the sweeper has not looked yet
    for (const id of ids) expect(await shop.read(id)).toMatchObject({ status: "CONFIRMED" });
    await shop.settle();
    await nothingWaits();
    expect(await shop.broken()).toEqual([]);
  });

  it("F26 of a queue's dead letters puts them back, and one that comes again says so", async () => {
    const mend = failAtTables(shop.local, "ProjectOrders");
    const orderId = await shop.order();
    await shop.clock.advance(30 * MINUTE);
    const dead = await waiting("OrderViewsQueueDlq");
    expect(dead).toBeGreaterThan(1);
    const { said } = await redrive("OrderViewsQueueDlq", "--dry-run");
    expect(said[1]).toContain("tried 5 times");
    await redrive("OrderViewsQueueDlq"); // too early
    await shop.clock.advance(30 * MINUTE);
    mend();
    const again = await redrive("OrderViewsQueueDlq", "--dry-run");
    expect(again.said[1]).toContain("redriven once before");
    const { entries } = await redrive("OrderViewsQueueDlq");
    expect(entries).toHaveLength(dead);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    await nothingWaits();
    expect(await shop.broken()).toEqual([]);
  });

  it("of one message, by its id or its event's, leaves the others alone", async () => {
    await notStarted(3);
    const [first = ""] = idsIn(await redrive("StartFulfilmentDlq", "--dry-run"));
    const { entries } = await redrive("StartFulfilmentDlq", "--one", first);
    expect(entries.map(({ messageId }) => messageId)).toEqual([first]);
    expect(await waiting("StartFulfilmentDlq")).toBe(2);
    const body = await shop.drive(
      shop.local.call("sqs", "ReceiveMessage", {
        QueueUrl: `${shop.local.urls.aws}/123456789012/petstore-local-StartFulfilmentDlqQueue`,
        VisibilityTimeout: 0,
      }),
    );
    const { detail } = JSON.parse(body.Messages[0].Body);
    const byEvent = await redrive("StartFulfilmentDlq", "--one", detail.id);
    expect(byEvent.entries.map(({ eventId }) => eventId)).toEqual([detail.id]);
    await expect(redrive("StartFulfilmentDlq", "--one", "evt_nothing")).rejects.toThrow(
      "No message in StartFulfilmentDlq has the id evt_nothing",
    );
    expect(await waiting("StartFulfilmentDlq")).toBe(1);
  });

  it("F17 of what the bus could not deliver hands over the part that the rule does", async () => {
    const { stop } = spoil(
      shop.local,
      ({ caller, operation }) =>
        operation === "Invoke" && caller.name === "rule petstore-local-RecoverSaga",
      () => Promise.reject(new AwsError("AccessDeniedException", "Not allowed", 403)),
    );
    const orderId = await shop.order("tok_late");
    await shop.clock.advance(3_000);
    await shop.local.call("states", "StopExecution", {
      executionArn: `arn:aws:states:us-east-1:123456789012:execution:petstore-local-FulfilOrder:${orderId}`,
    });
    await shop.clock.advance(MINUTE);
    stop();
    const look = await redrive("RecoverSagaDlq", "--dry-run");
    expect(look.said.join("\n")).toMatch(
      new RegExp(`of ${orderId}.*\\n.*NO_PERMISSIONS: Not allowed`),
    );
    const invoked = hear(
      shop.local,
      ({ operation, input }) => operation === "Invoke" && /RecoverSaga/.test(input.FunctionName),
    );
    const { code } = await redrive("RecoverSagaDlq");
    await shop.clock.advance(4 * MINUTE); // the sweeper has not looked yet
    expect(code).toBe(0);
    expect(
      invoked.map(({ input }) => JSON.parse(Buffer.from(input.Payload, "base64").toString())),
    ).toEqual([expect.stringContaining(`FulfilOrder:${orderId}`)]);
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    expect(await shop.broken()).toEqual([]);
  });

  it("of a schedule's dead letters runs it once for all of them", async () => {
    const mend = failAtTables(shop.local, "SweepSagas");
    await shop.clock.advance(21 * MINUTE);
    mend();
    const dead = await waiting("SweepSagasDlq");
    expect(dead).toBeGreaterThan(2);
    const invoked = hear(
      shop.local,
      ({ caller, operation }) => operation === "Invoke" && caller.name === "administrator",
    );
    const { entries } = await redrive("SweepSagasDlq");
    expect(entries).toHaveLength(dead);
    expect(invoked).toHaveLength(1);
    await nothingWaits();
  });

  it("F14 F26 of an outbox's rows publishes each that is left, in the order of its order", async () => {
    const stops = ["OrdersRelayOutbox", "OrdersSweepOutbox"].map(
      (name) =>
        spoil(shop.local, (call) => by(name)(call) && call.service === "events", "is lost").stop,
    );
    const ids = [await shop.order(), await shop.order()];
    for (const id of ids) await shop.cancel(id);
    await shop.clock.advance(80 * MINUTE);
    for (const stop of stops) stop();
    expect(await waiting("OrdersOutboxFailures")).toBeGreaterThan(0);
    const told = hear(shop.local, ({ operation }) => operation === "PutEvents");
    const { code, entries } = await redrive("OrdersOutboxFailures");
    expect(code).toBe(0);
    expect(entries[0]?.outcome).toMatch(/^\d+ published$/);
    await shop.clock.advance(MINUTE);
    const events = told
      .flatMap(({ input }) => input.Entries)
      .map(({ Detail }) => JSON.parse(Detail));
    for (const id of ids) {
      const versions = events
        .filter(({ aggregate, source }) => source === "orders" && aggregate.id === id)
        .map(({ aggregate }) => aggregate.version);
      expect(versions.slice(0, 2)).toEqual([1, 2]);
      expect(await shop.read(id)).toMatchObject({ status: "CANCELLED" });
    }
    await shop.settle();
    expect(await waiting("OrdersOutboxFailures")).toBe(0);
  });
});

describe("what cannot be sent on", () => {
  it("stays, with the reason, and is put back at once", async () => {
    const QueueUrl = `${shop.local.urls.aws}/123456789012/petstore-local-SalesQueueDlqQueue`;
    await shop.local.call("sqs", "SendMessage", { QueueUrl, MessageBody: "not JSON" });
    const { code, said, entries } = await redrive("SalesQueueDlq");
    expect([code, entries]).toEqual([1, []]);
    expect(said.join("\n")).toContain("stays: It is not JSON");
    expect(await waiting("SalesQueueDlq")).toBe(1);
    expect((await redrive("SalesQueueDlq")).said.join("\n")).not.toContain("hidden");
  });

  it("F14 is an outbox row that is no event; discarded, its body is in the record", async () => {
    await shop.local.call("dynamodb", "PutItem", {
      TableName: shop.local.nameOf("OrdersOutbox"),
      Item: { pk: { S: "whatever" }, sk: { S: "000001" }, envelope: { S: "not one" } },
    });
    await shop.settle();
    const kept = await redrive("OrdersOutboxFailures");
    expect([kept.code, kept.entries]).toEqual([1, []]);
    const [id = ""] = idsIn(kept);
    const { code, entries } = await redrive("OrdersOutboxFailures", "--one", id, "--discard");
    expect(code).toBe(0);
    expect(entries).toMatchObject([{ to: "nowhere", outcome: "discarded" }]);
    expect(JSON.parse(entries[0]?.body ?? "")).toMatchObject({ pk: "whatever" });
    await nothingWaits();
  });

  it("is what AWS throttles, while the others go", async () => {
    await notStarted(3);
    let calls = 0;
    const { stop } = spoil(
      shop.local,
      ({ caller, operation }) =>
        operation === "Invoke" && caller.name === "administrator" && calls++ === 1,
      () => Promise.reject(new AwsError("TooManyRequestsException", "Rate exceeded", 429)),
    );
    const { code, said, entries } = await redrive("StartFulfilmentDlq");
    stop();
    expect([code, entries.length]).toEqual([1, 2]);
    expect(said.at(-1)).toBe("2 done, 1 left.");
    expect(await waiting("StartFulfilmentDlq")).toBe(1);
  });
});

describe("a redrive that is cut short", () => {
  it.each(["Invoke", "DeleteMessage"])(
    "F26 I12 at %s loses nothing, and what went twice has one effect",
    async (operation) => {
      const ids = await notStarted(3);
      let calls = 0;
      const { stop } = spoil(
        shop.local,
        (call) =>
          call.operation === operation && call.caller.name === "administrator" && calls++ > 0,
        () => Promise.reject(new AwsError("AccessDeniedException", "You may not", 403)),
      );
      await expect(redrive("StartFulfilmentDlq")).rejects.toThrow("Access denied: You may not");
      stop();
      const { code } = await redrive("StartFulfilmentDlq");
      expect(code).toBe(0);
      await shop.clock.advance(2 * MINUTE);
      for (const id of ids) expect(await shop.read(id)).toMatchObject({ status: "CONFIRMED" });
      await shop.settle();
      await nothingWaits();
      expect(await shop.broken()).toEqual([]);
    },
  );
});

it("what whoever runs it can mend is said in one sentence", async () => {
  const refusals: [args: string[], sentence: RegExp][] = [
    [["StartFulfilmentDlg"], /There is no failure queue .*did you mean StartFulfilmentDlq\?/],
    [["A", "B"], /One queue at a time: A or B\?/],
    [["SalesQueueDlq", "--discard"], /say which with --one/],
    [["SalesQueueDlq", "--stage", "ada"], /The stage ada has no queue SalesQueueDlq here/],
    [["--one", "x"], /Of which queue\?/],
    [["--stage", "("], /"\(" is no name for a stage/],
    [["--stage", ""], /"" is no name for a stage/],
    [["--all"], /Unknown option '--all'\. Try --help\./],
  ];
  for (const [args, sentence] of refusals) {
    const refused = redrive(...args);
    await expect(refused).rejects.toThrow(sentence);
    await expect(refused).rejects.toHaveProperty("name", "CannotStart");
  }
});

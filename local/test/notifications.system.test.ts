import { newTrace, traced } from "@petstore/core/context";
import type { DomainEvent } from "@petstore/core/event";
import { usd } from "@petstore/core/money";
import { seal } from "@petstore/core/outbox";
import { OrderId } from "@petstore/events/ids";
import { OrderCancelled, OrderConfirmed, OrderRejected } from "@petstore/events/orders";
import { type VirtualClock, virtualClock } from "emulator/kernel/clock";
import { driverOf } from "emulator/kernel/drive";
import { AwsError } from "emulator/kernel/engine";
import { EnvironmentCrash } from "emulator/services/lambda/function";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openShop } from "../open.ts";
import { shopGraph } from "../repository.ts";
import type { Shop } from "../shop.ts";

const customerId = "cus_01K0000000000000000000A11C";
let clock: VirtualClock;
let local: Shop;

const cancelled = () => OrderCancelled({ orderId: OrderId.create(), customerId });

type OfOrder = DomainEvent & { data: { orderId: string } };

/** Publishes an event of an order so many times. */
const publish = async (event: OfOrder, times = 1, version = 2) => {
  const aggregate = { type: "order", id: event.data.orderId, version };
  const envelope = traced(newTrace("test"), () => seal(event, { source: "orders", aggregate }));
  const entry = {
    EventBusName: local.nameOf("Bus"),
    Source: "petstore.orders",
    DetailType: event.type,
    Detail: JSON.stringify(envelope),
  };
  await local.call("events", "PutEvents", { Entries: Array(times).fill(entry) });
};

/** Lets so much time pass that the queue has given up what its consumer could not do: then no more can come of it. */
const untilGivenUp = async () => {
  const { visibilityTimeoutSeconds, redrivePolicy } = queue?.inputs ?? {};
  const seconds = (JSON.parse(redrivePolicy).maxReceiveCount + 1) * visibilityTimeoutSeconds;
  await clock.advance(seconds * 1000);
  expect(await local.atRest()).toBe(true);
};

/** Publishes an event of an order so many times, and waits until nothing more can come of it. */
const happens = async (event: OfOrder, times = 1, version = 2) => {
  await publish(event, times, version);
  await untilGivenUp();
};

/** What became of the message of a kind about an order. */
const message = async (event: { data: { orderId: string } }, template: string) => {
  const { Item } = await local.call("dynamodb", "GetItem", {
    TableName: local.nameOf("NotificationsTable"),
    Key: { pk: { S: event.data.orderId }, sk: { S: "MESSAGES" } },
  });
  return Item?.[template]?.M.status.S;
};

/** Makes the mail service fail so many times: with an answer, or after it took the e-mail. */
const spoil = (times: number, how: "refuse" | "lose the answer") => {
  let left = times;
  local.cloud.guard(async (call, next) => {
    if (call.service !== "ses" || left-- <= 0) return next(call);
    if (how === "refuse") throw new AwsError("TooManyRequestsException", "Slow down", 429);
    await next(call);
    throw new AwsError("InternalServiceErrorException", "The answer is lost", 500);
  });
};

/** What waits for a person, each with its reason. */
const parked = async () => {
  const QueueUrl = `${local.urls.aws}/123456789012/petstore-local-NotificationsQueueDlqQueue`;
  const receive = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] };
  const { Messages = [] } = await driverOf(clock)(local.call("sqs", "ReceiveMessage", receive));
  return (Messages as { MessageAttributes?: { reason?: { StringValue: string } } }[]).map(
    ({ MessageAttributes }) => MessageAttributes?.reason?.StringValue ?? "no reason",
  );
};

const register = (contact: { customerId: string; email: string; name: string }) =>
  driverOf(clock)(local.invoke("RegisterContact", contact));

const graph = shopGraph();
const [queue, deadLetters] = ["NotificationsQueueQueue", "NotificationsQueueDlqQueue"].map((name) =>
  graph.resources.find((one) => one.type === "aws:sqs/queue:Queue" && one.name === name),
);

beforeEach(async () => {
  clock = virtualClock();
  local = await openShop({ clock, graph, runtime: "inline", handOn: true, seeded: false });
  await register({ customerId, email: "alice@example.com", name: "Alice" });
});
afterEach(() => local.stop());

describe("notifications", () => {
  it("F20 F64 send one e-mail of a kind about an order, however often the event comes", async () => {
    const event = cancelled();
    await happens(event, 3);
    await happens(event);
    expect(local.emails()).toMatchObject([{ to: ["alice@example.com"] }]);
    expect(await message(event, "order-cancelled")).toBe("SENT");
  });

  it("take one read and two plain writes for an e-mail", async () => {
    const calls: string[] = [];
    local.cloud.guard((call, next) => {
      if (/NotifyCustomer/.test(call.caller.name) && call.service !== "sqs")
        calls.push(call.operation);
      return next(call);
    });
    await happens(cancelled());
    expect(calls).toEqual(["GetItem", "UpdateItem", "SendEmail", "UpdateItem"]);
  });

  it("try again when the mail service refuses", async () => {
    spoil(2, "refuse");
    const event = cancelled();
    await happens(event);
    expect(local.emails()).toHaveLength(1);
    expect(await message(event, "order-cancelled")).toBe("SENT");
  });

  it("I19 keep the address out of the logs when the mail service names it", async () => {
    const logs: string[] = [];
    local.cloud.observe((fact) => {
      if (fact.kind === "log") logs.push(JSON.stringify(fact));
    });
    local.cloud.guard((call, next) => {
      if (call.service !== "ses") return next(call);
      throw new AwsError("MessageRejected", "Email address is not verified: alice@example.com");
    });
    await happens(cancelled());
    expect(logs.join()).toContain("MessageRejected");
    expect(logs.join()).not.toContain("alice@");
  });

  it("F25 never send twice when the answer is lost: a person decides", async () => {
    spoil(1, "lose the answer");
    const event = cancelled();
    await happens(event);
    expect(local.emails()).toHaveLength(1);
    expect(await message(event, "order-cancelled")).toBe("CLAIMED");
    const [reason, ...others] = await parked();
    expect(others).toEqual([]);
    expect(reason).toMatch(/^order-cancelled about ord_\w+ may have been sent/);
  });

  it("F24 are not sent again for an attempt that was given up, and is refused after another one sent them", async () => {
    const refusal = Promise.withResolvers<void>();
    let isFirst = true;
    local.cloud.guard(async (call, next) => {
      if (call.service !== "ses" || !isFirst) return next(call);
      isFirst = false;
      await refusal.promise;
      throw new AwsError("MessageRejected", "No");
    });
    const event = cancelled();
    await publish(event);
    await clock.advance(2_000);
    expect(await message(event, "order-cancelled")).toBe("CLAIMED");
    await local.call("dynamodb", "UpdateItem", {
      TableName: local.nameOf("NotificationsTable"),
      Key: { pk: { S: event.data.orderId }, sk: { S: "MESSAGES" } },
      UpdateExpression: "SET #message.#status = :released",
      ExpressionAttributeNames: { "#message": "order-cancelled", "#status": "status" },
      ExpressionAttributeValues: { ":released": { S: "RELEASED" } },
    });
    await publish(event);
    await clock.advance(2_000);
    expect(await message(event, "order-cancelled")).toBe("SENT");
    refusal.resolve();
    await untilGivenUp();
    expect(await message(event, "order-cancelled")).toBe("SENT");
    expect(local.emails()).toHaveLength(1);
  });

  it.each(["before it sends", "after it sent"])(
    "F25 of which one ends %s wait for a person, with the reason, and are not sent again",
    async (when) => {
      let left = 1;
      let tries = 0;
      local.cloud.guard(async (call, next) => {
        if (call.operation === "Invoke" && /NotifyCustomer/.test(JSON.stringify(call.input)))
          tries += 1;
        if (call.service !== "ses" || left-- <= 0) return next(call);
        if (when === "after it sent") await next(call);
        throw new EnvironmentCrash("Killed");
      });
      const event = cancelled();
      await happens(event);
      expect(local.emails()).toHaveLength(when === "after it sent" ? 1 : 0);
      expect(tries).toBe(2); // the one that was killed, and the one that found its claim
      const letters = await parked();
      expect(letters).toEqual([
        expect.stringMatching(
          /^order-cancelled about ord_\w+ is claimed since 20.+ whether it was sent/,
        ),
      ]);
    },
  );

  it("F24 leave what does not fit into their time to the next attempt, unclaimed", async () => {
    local.cloud.guard(async (call, next) => {
      if (call.service === "ses")
        await new Promise<void>((resolve) => clock.after(4_000, "a slow mail service", resolve));
      return next(call);
    });
    const events = Array.from({ length: 10 }, cancelled);
    const Entries = events.map((event) => {
      const aggregate = { type: "order", id: event.data.orderId, version: 2 };
      const envelope = seal(event, { source: "orders", aggregate });
      const Detail = JSON.stringify(envelope);
      const EventBusName = local.nameOf("Bus");
      return { EventBusName, Source: "petstore.orders", DetailType: event.type, Detail };
    });
    await local.call("events", "PutEvents", { Entries });
    await untilGivenUp();
    expect(
      local
        .emails()
        .map(({ tags }) => tags.order)
        .toSorted(),
    ).toEqual(events.map(({ data }) => data.orderId).toSorted());
    expect(await parked()).toEqual([]);
  });

  it("F64 say nothing that something newer has overtaken, in whatever order it comes", async () => {
    const { orderId } = cancelled().data;
    const order = { orderId, customerId } as const;
    const line = { productId: "prd_hay", name: "Hay", quantity: 1, unitPrice: usd(1) };
    const confirmed = OrderConfirmed({ ...order, lines: [line], total: usd(1) });
    await happens(OrderCancelled(order), 1, 4);
    await happens(confirmed, 1, 2); // from a dead-letter queue, say
    expect(local.emails().map(({ tags }) => tags.template)).toEqual(["order-cancelled"]);
    expect(await parked()).toEqual([]);
    const other = { ...order, orderId: OrderId.create() };
    await happens(OrderConfirmed({ ...other, lines: [line], total: usd(1) }), 1, 2);
    await happens(OrderCancelled(other), 1, 4);
    expect(local.emails().map(({ tags }) => tags.template)).toEqual([
      "order-cancelled",
      "order-confirmed",
      "order-cancelled",
    ]);
  });

  it.each(["its claim is answered late", "the mail service answers late"])(
    "F64 wait for an older one that is on its way, and do not overtake it: %s",
    async (how) => {
      const { orderId } = cancelled().data;
      const line = { productId: "prd_hay", name: "Hay", quantity: 1, unitPrice: usd(1) } as const;
      const slow = how.startsWith("its claim") ? "dynamodb.UpdateItem" : "ses.SendEmail";
      let isFirst = true;
      local.cloud.guard(async (call, next) => {
        const isSlow = isFirst && `${call.service}.${call.operation}` === slow;
        if (!isSlow || !/NotifyCustomer/.test(call.caller.name)) return next(call);
        isFirst = false;
        const pause = () => new Promise<void>((resolve) => clock.after(4_000, "slow", resolve));
        if (call.service === "ses") await pause();
        const answer = await next(call);
        if (call.service !== "ses") await pause();
        return answer;
      });
      const order = { orderId, customerId } as const;
      await publish(OrderConfirmed({ ...order, lines: [line], total: usd(1) }), 1, 2);
      await clock.advance(1_000);
      await publish(OrderCancelled(order), 1, 4);
      await untilGivenUp();
      expect(local.emails().map(({ tags }) => tags.template)).toEqual([
        "order-confirmed",
        "order-cancelled",
      ]);
      expect(await parked()).toEqual([]);
    },
  );

  it("F64 do not wait for one of which nobody knows: that is a person's matter", async () => {
    spoil(1, "lose the answer");
    const { orderId } = cancelled().data;
    const line = { productId: "prd_hay", name: "Hay", quantity: 1, unitPrice: usd(1) } as const;
    const order = { orderId, customerId } as const;
    await publish(OrderConfirmed({ ...order, lines: [line], total: usd(1) }), 1, 2);
    await clock.advance(1_000);
    await publish(OrderCancelled(order), 1, 4);
    await untilGivenUp();
    expect(await message({ data: order }, "order-cancelled")).toBe("SENT");
    expect(await parked()).toEqual([expect.stringMatching(/^order-confirmed .* may have been/)]);
  });

  it.each(["bounce", "complaint"])(
    "go no more to an address that answers with a %s",
    async (how) => {
      const email = `${how}@simulator.amazonses.com`;
      await register({ customerId, email, name: "Alice" });
      await happens(cancelled());
      await happens(cancelled());
      expect(local.emails()).toHaveLength(1);
      expect(await parked()).toEqual([]);
      await register({ customerId, email: "new@example.com", name: "Alice" });
      await happens(cancelled());
      expect(local.emails().map(({ to }) => to)).toEqual([[email], ["new@example.com"]]);
    },
  );

  it("are only noted where a stage names no sender", async () => {
    await local.stop();
    const stage = structuredClone(graph);
    for (const { links } of stage.functions)
      if (links.Sender) links.Sender = { ...links.Sender, address: "", configurationSet: "" };
    clock = virtualClock();
    local = await openShop({ clock, graph: stage, runtime: "inline", handOn: true, seeded: false });
    const logs: string[] = [];
    local.cloud.observe((fact) => {
      if (fact.kind === "log") logs.push(JSON.stringify(fact));
    });
    await happens(cancelled());
    expect(local.emails()).toEqual([]);
    expect(await parked()).toEqual([]);
    expect(logs.join()).toContain("no sender is named");
  });

  it("F27 park what they cannot deliver, and deliver it after it is redriven", async () => {
    const stranger = "cus_01K0000000000000000000BBBB";
    const reason = { code: "OutOfStock", detail: "None left." };
    const event = OrderRejected({ orderId: OrderId.create(), customerId: stranger, reason });
    await happens(event);
    expect(local.emails()).toHaveLength(0);
    expect(await message(event, "order-rejected")).toBeUndefined();

    await register({ customerId: stranger, email: "new@example.com", name: "New" });
    await local.call("sqs", "StartMessageMoveTask", { SourceArn: deadLetters?.outputs.arn });
    await untilGivenUp();
    expect(local.emails()).toMatchObject([{ to: ["new@example.com"] }]);
  });
});

describe("whoever signs up", () => {
  const sub = "5ca1ab1e-0000-4000-8000-000000000009";
  /** As https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html has it. */
  const signUp = (more: object = {}, triggerSource = "PostConfirmation_ConfirmSignUp") => ({
    version: "1",
    triggerSource,
    region: "us-east-1",
    userPoolId: "us-east-1_CustomersUserPool",
    userName: sub,
    callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: "shopclient" },
    request: {
      userAttributes: {
        sub,
        email_verified: "true",
        "cognito:user_status": "CONFIRMED",
        email: "eve@example.com",
        ...more,
      },
    },
    response: {},
  });
  const confirm = (event: object) => driverOf(clock)(local.invoke("WelcomeCustomer", event));
  const buys = () =>
    happens(OrderCancelled({ orderId: OrderId.create(), customerId: `cus_${sub}` }));

  it("gets e-mails", async () => {
    const event = signUp();
    expect(await confirm(event)).toEqual(event);
    await buys();
    expect(local.emails()).toMatchObject([{ to: ["eve@example.com"] }]);
    expect(local.emails()[0]?.text).toContain("Hello dear customer,");
  });

  it("is called by the name that they gave", async () => {
    await confirm(signUp({ name: " Eve " }));
    await buys();
    expect(local.emails()[0]?.text).toContain("Hello Eve,");
  });

  it("and only forgot a password is left alone", async () => {
    const event = signUp({}, "PostConfirmation_ConfirmForgotPassword");
    const calls: string[] = [];
    local.cloud.guard((call, next) => {
      if (/WelcomeCustomer/.test(call.caller.name)) calls.push(call.operation);
      return next(call);
    });
    expect(await confirm(event)).toEqual(event);
    expect(calls).toEqual([]);
  });

  it.each(["fails", "does not answer"])(
    "has signed up although the table %s, and waits for a person, by id",
    async (how) => {
      local.cloud.guard((call, next) => {
        if (call.service !== "dynamodb" || !/WelcomeCustomer/.test(call.caller.name))
          return next(call);
        if (how === "fails") throw new AwsError("InternalServerError", "Broken", 500);
        return new Promise(() => {});
      });
      const event = signUp();
      const before = clock.now();
      expect(await confirm(event)).toEqual(event);
      expect(clock.now() - before).toBeLessThan(5_000);
      const QueueUrl = `${local.urls.aws}/123456789012/petstore-local-WelcomeCustomerDlqQueue`;
      const { Messages = [] } = await driverOf(clock)(
        local.call("sqs", "ReceiveMessage", { QueueUrl, MessageAttributeNames: ["All"] }),
      );
      expect(Messages).toMatchObject([
        { Body: JSON.stringify({ sub }), MessageAttributes: { reason: {} } },
      ]);
    },
  );
});

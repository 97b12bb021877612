import { defect } from "../../../local/lessons/defect.ts";
import type { Lesson, Promised, Shop } from "../../../local/lessons/lesson.ts";
import { isInvocationOf, spoil } from "../../../local/spoil.ts";

type Call = Parameters<Parameters<typeof spoil>[1]>[0];

const MINUTE = 60_000;

const says =
  "Polly the parrot is Bob's, and the shop's page offers her to everybody: what happened before he bought her was heard after it.";

const wait = ({ clock }: Shop, ms: number) =>
  new Promise<void>((resolve) => clock.after(ms, "on its way", resolve));

/** Whether a rule tells a queue of something. */
const tells = (queue: string) => (call: Call) =>
  call.caller.name.startsWith("rule ") &&
  call.operation === "SendMessage" &&
  call.input.QueueUrl.includes(`${queue}Queue`);

const parrot = [{ productId: "prd_parrot", quantity: 1 }];

const overtaken: Promised = async ({ shop }) => {
  // Alice's card is declined, and Polly goes back to the shelf. That is ten minutes on its way to the page.
  const late = spoil(
    shop.local,
    (call) => tells("ProductViews")(call) && call.input.MessageBody.includes("StockReleased"),
    async (call, next) => {
      await wait(shop, 10 * MINUTE);
      return next(call);
    },
  );
  await shop.place({ lines: parrot, paymentToken: "tok_decline" });
  await shop.clock.advance(MINUTE);
  await shop.place({ as: "bob", lines: parrot });
  await shop.clock.advance(20 * MINUTE);
  await shop.settle();
  late.stop();
  const { json } = await shop.drive(shop.local.api({ path: "/products/prd_parrot" }));
  const { available } = json() as { available: number };
  return available === 0 ? undefined : says;
};

type View = { paidAt?: unknown; timeline: { at: string; what: string }[] };
const captureIn = ({ timeline }: View) => timeline.find(({ what }) => what === "PaymentCaptured");

/** Whether a view says when it was paid: at the time of its payment, or null. */
const paidRight = (view: View, what: string) => {
  const due = captureIn(view)?.at ?? null;
  return view.paidAt === due
    ? undefined
    : `${what}: it was paid at ${due}, and its page says ${view.paidAt}`;
};

const paidAt: Promised = async ({ shop }) => {
  // The views hear of it a minute later, and its money is taken some seconds after it was authorised and confirmed.
  const late =
    (ms: number): Parameters<typeof spoil>[2] =>
    async (call, next) => {
      await wait(shop, ms);
      return next(call);
    };
  spoil(shop.local, tells("OrderViews"), late(MINUTE));
  spoil(shop.local, isInvocationOf("CapturePayment"), late(5_000));
  const [paid, declined] = [await shop.order(), await shop.order("tok_decline")];
  const placed = await shop.read(paid);
  await shop.settle();
  return (
    paidRight(placed, "Alice's hay, of which no view has heard yet") ??
    paidRight(await shop.read(paid), "Alice's hay") ??
    paidRight(await shop.read(declined), "an order that was declined")
  );
};

const inAnyOrder: Promised = async ({ shop }) => {
  spoil(shop.local, tells("OrderViews"), async (call, next) => {
    await wait(shop, shop.clock.random() * 5 * MINUTE);
    await next(call);
    await wait(shop, shop.clock.random() * 5 * MINUTE);
    return next(call);
  });
  const order = await shop.order();
  await shop.clock.advance(60 * MINUTE);
  await shop.settle();
  return paidRight(await shop.read(order), "heard twice and in any order");
};

const rebuilt: Promised = async ({ shop }) => {
  const { local, clock } = shop;
  const order = await shop.order();
  await shop.settle();
  await clock.advance(60 * MINUTE);
  const Key = { pk: { S: order }, sk: { S: "ORDER" } };
  await local.call("dynamodb", "DeleteItem", { TableName: local.nameOf("ReadTable"), Key });
  const now = Math.floor(clock.now() / 1000);
  await local.call("events", "StartReplay", {
    ReplayName: "rebuild",
    EventSourceArn: "arn:aws:events:us-east-1:123456789012:archive/petstore-local-Archive",
    EventStartTime: now - 10 * 24 * 3600,
    EventEndTime: now,
    Destination: {
      Arn: "arn:aws:events:us-east-1:123456789012:event-bus/petstore-local-BusBus",
    },
  });
  await clock.advance(10 * MINUTE);
  await shop.settle();
  return paidRight(await shop.read(order), "rebuilt an hour later");
};

export const lesson: Lesson = {
  title: "Views: any order, once, rebuilt",
  see: { screen: "data", line: "npm run shop -- rebuild orders" },
  promise: overtaken,
  sabotage: defect("stock-view-in-order-of-arrival"),
  says,
  exercise: {
    task: "Customers want to read when an order was paid. Let GET /orders/{id} say it, as `paidAt`: the moment of the payment as an ISO 8601 time, null where nothing was paid.",
    prepare: [],
    tests: [
      {
        name: "an order says when it was paid",
        holds: paidAt,
        hint: "One event says that an order was paid: not that it was confirmed, nor that its payment was authorised. Its time stands in its envelope. Two places in services/read-side/src/domain/order-view.ts: what an event changes in the row, and what the row says as an answer.",
      },
      {
        name: "it says the same when events come twice and in any order",
        holds: inAnyOrder,
        hint: "No two kinds of events may set the same attribute, and nothing may be read from the row to decide what is written.",
      },
      {
        name: "it says the same when the view is made anew, an hour later",
        holds: rebuilt,
        hint: "What does an event of an hour ago know of this moment? All that a view says has to stand in the event.",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one. Does every other attribute of the row still say what it said?",
    solution: [
      {
        file: "services/read-side/src/domain/order-view.ts",
        find: "  paid?: Money;\n",
        replace: "  paid?: Money;\n  paidAt?: string;\n",
      },
      {
        file: "services/read-side/src/domain/order-view.ts",
        find: "return { paid: data.amount };",
        replace: "return { paid: data.amount, paidAt: time };",
      },
      {
        file: "services/read-side/src/domain/order-view.ts",
        find: "  paid: row.paid ?? null,\n",
        replace: "  paid: row.paid ?? null,\n  paidAt: row.paidAt ?? null,\n",
      },
    ],
  },
};

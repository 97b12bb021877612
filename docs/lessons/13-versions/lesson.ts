import type { Lesson, Promised, Shop } from "../../../local/lessons/lesson.ts";
import { hear } from "../../../local/spoil.ts";
import { newTrace, traced } from "../../../packages/core/src/context.ts";
import type { DomainEvent, Envelope } from "../../../packages/core/src/event.ts";
import { seal } from "../../../packages/core/src/outbox.ts";

const says =
  "The views are made anew from the archive, and Alice's first order is not in her list: it was told in words that nobody reads any more.";

/** An event as the archive has it. */
const archived = (event: DomainEvent, id: string, version: number): Envelope => {
  const aggregate = { type: "order", id, version };
  return traced(newTrace("archive"), () => seal(event, { source: "orders", aggregate }));
};

/** The bus brings an event out of the archive. */
const bring = async (shop: Shop, event: DomainEvent, id: string, version: number) => {
  const { local, clock, settle } = shop;
  const envelope = { ...archived(event, id, version), time: new Date(clock.now()).toISOString() };
  await local.call("events", "PutEvents", {
    Entries: [
      {
        EventBusName: local.nameOf("Bus"),
        Source: "petstore.orders",
        DetailType: event.type,
        Detail: JSON.stringify(envelope),
      },
    ],
  });
  await settle();
};

const ordersOfAlice = async ({ drive, local }: Shop) => {
  const { json } = await drive(local.api({ path: "/orders", as: "alice" }));
  return (json() as { items: { orderId: string }[] }).items.map(({ orderId }) => orderId);
};

/** Alice's order of the days when OrderPlaced still told what she pays with. */
const firstVersion: Promised = async ({ shop }) => {
  const { local } = shop;
  const orderId = await shop.order();
  await shop.settle();
  const { customerId, lines, total } = (await shop.books()).orders[0]?.state ?? {};
  const Key = { pk: { S: orderId }, sk: { S: "ORDER" } };
  await local.call("dynamodb", "DeleteItem", { TableName: local.nameOf("ReadTable"), Key });
  const data = { orderId, customerId, lines, total, paymentToken: "tok_approve" };
  await bring(shop, { type: "orders.OrderPlaced.v1", data }, orderId, 1);
  return (await ordersOfAlice(shop)).includes(orderId) ? undefined : says;
};

/** What OrderConfirmed says of Alice's new order. */
const confirmation = async (shop: Shop) => {
  const puts = hear(shop.local, ({ operation }) => operation === "PutEvents");
  await shop.order();
  await shop.settle();
  const entries: { DetailType: string; Detail: string }[] = puts.flatMap(
    ({ input }) => input.Entries,
  );
  const told = entries.find(({ DetailType }) => DetailType.startsWith("orders.OrderConfirmed."));
  return told && JSON.parse(told.Detail).data;
};

const saysChannel: Promised = async ({ shop }) => {
  const { channel } = (await confirmation(shop)) ?? {};
  return channel === "shop"
    ? undefined
    : `a new order's confirmation says ${channel} where it was to say by which channel it came`;
};

const ofLastWeek: Promised = async ({ shop }) => {
  const { channel: _, ...data } = (await confirmation(shop)) ?? {};
  const orderId = `ord_${"0".repeat(26)}`;
  await bring(shop, { type: "orders.OrderConfirmed.v1", data: { ...data, orderId } }, orderId, 2);
  const [letters] = (await shop.books()).deadLetters;
  if (letters)
    return `a confirmation of last week comes out of the archive, and lies in ${letters.queue}: nobody understands it`;
  const { json } = await shop.drive(shop.local.api({ path: "/reports/daily-sales", as: "admin" }));
  const { orders } = json() as { orders: number };
  return orders === 2 ? undefined : `the day's sales are of ${orders} orders, and there were two`;
};

const CHANNELS = ["shop", "phone"];

const noGuess: Promised = async ({ shop, load }) => {
  const { openEnvelope } = await load<typeof import("../../../packages/core/src/event.ts")>(
    "packages/core/src/event.ts",
  );
  const { orderEvents } =
    await load<typeof import("../../../packages/events/src/orders.ts")>(EVENTS);
  const { channel: _, ...data } = (await confirmation(shop)) ?? {};
  const event = { type: "orders.OrderConfirmed.v1", data };
  const read = openEnvelope(orderEvents, archived(event, data.orderId, 2)).data;
  const { channel } = read as { channel?: string };
  return CHANNELS.includes(channel ?? "")
    ? `a confirmation of last week is read as one that came by "${channel}", which nobody has said`
    : undefined;
};

const promisedShape: Promised = async ({ load }) => {
  const { breakingChanges } = await load<typeof import("../../../scripts/compatibility.ts")>(
    "scripts/compatibility.ts",
  );
  const [broken] = breakingChanges();
  return broken;
};

const EVENTS = "packages/events/src/orders.ts";
const RULES = "services/orders/src/domain/order.ts";
const CONFIRMED = 'defineEvent("orders.OrderConfirmed.v1", Basket);';
const WITH = (channel: string) =>
  `defineEvent(\n  "orders.OrderConfirmed.v1",\n  Basket.extend({ channel: ${channel} }),\n);`;
const REQUIRED = 'z.enum(["shop", "phone"])';

export const lesson: Lesson = {
  title: "An event changes its shape",
  see: { screen: "messages/events", line: "npm run shop -- replay start" },
  promise: firstVersion,
  sabotage: [
    {
      file: EVENTS,
      find: "upcast(OrderPlacedV1, ({ paymentToken: _, ...basket }) => basket),",
      replace: "",
    },
  ],
  says,
  exercise: {
    task: "The shop takes orders by telephone soon, and OrderConfirmed is to say by which channel an order came. Somebody has added `channel` to it, and all new orders go well. Then a view was made anew from the archive, and thousands of dead letters were there. Keep the channel, and mend that.",
    prepare: [
      { file: EVENTS, find: CONFIRMED, replace: WITH(REQUIRED) },
      {
        file: RULES,
        find: "return ok([OrderConfirmed(state)]);",
        replace: 'return ok([OrderConfirmed({ ...state, channel: "shop" })]);',
      },
    ],
    tests: [
      {
        name: "a new order's confirmation says by which channel it came",
        holds: saysChannel,
        hint: "Whoever waits for the channel wants to keep it: services/orders/src/domain/order.ts says it, packages/events/src/orders.ts lets it through.",
      },
      {
        name: "a confirmation of last week, without a channel, is understood",
        holds: ofLastWeek,
        hint: "What was published stays as it is, for ever. What may be added to it without a new version?",
      },
      {
        name: "and nothing is made up of it",
        holds: noGuess,
        hint: "By which channel last week's orders came was never said. A default is a guess, and readers cannot tell it from a fact.",
      },
      {
        name: "what is published is still what others rely on",
        holds: promisedShape,
        hint: "A change of a published schema may add what is optional, and nothing else: scripts/compatibility.ts compares. Who makes a new version instead leaves the old one in packages/events/src/catalogue.ts.",
      },
      {
        name: "an OrderPlaced of the first version is read",
        holds: firstVersion,
        hint: "That is the promise of the lesson itself: look at the upcast in packages/events/src/orders.ts.",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one. Who else hears OrderConfirmed, and who makes one?",
    solution: [{ file: EVENTS, find: REQUIRED, replace: `${REQUIRED}.optional()` }],
  },
};

import { defect } from "../../../local/lessons/defect.ts";
import type { Lesson, Promised, Shop } from "../../../local/lessons/lesson.ts";
import { redriver } from "../../../local/redrive/redriver.ts";
import { struck } from "../../../local/sim/mutants/mutant.ts";
import { failAtTables } from "../../../local/spoil.ts";

const MINUTE = 60_000;
const QUEUE = "NotificationsQueueDlq";

const says =
  "The table of addresses was out for a quarter of an hour. Alice's order was confirmed meanwhile: she never gets her e-mail, and no dead letter says so.";

const mailsAbout = ({ local }: Shop, order: string) =>
  local.emails().filter(({ tags }) => tags?.order === order && tags?.template === "order-confirmed")
    .length;

const lettersIn = async (shop: Shop) =>
  (await shop.books()).deadLetters.find(({ queue }) => queue.includes(QUEUE))?.count ?? 0;

/** The notifications' table is out while Alice orders. */
const orderDuringOutage = async (shop: Shop, minutes: number) => {
  const mend = failAtTables(shop.local, "NotifyCustomer");
  const order = await shop.order();
  await shop.clock.advance(minutes * MINUTE);
  mend();
  return order;
};

const sentOn: Promised = async ({ shop }) => {
  const order = await orderDuringOutage(shop, 15);
  await shop.settle();
  const letters = await lettersIn(shop);
  await redriver(shop)(QUEUE);
  await shop.settle();
  const mails = mailsAbout(shop, order);
  if (mails === 1) return undefined;
  if (mails === 0 && letters === 0) return says;
  return `After the redrive of ${letters} dead letters Alice has ${mails} e-mails.`;
};

const passesByItself: Promised = async ({ shop }) => {
  const order = await orderDuringOutage(shop, 3);
  await shop.settle();
  const [mails, letters] = [mailsAbout(shop, order), await lettersIn(shop)];
  if (mails === 1 && letters === 0) return undefined;
  return `the table was out for three minutes, ${letters} dead letters wait for a person, and Alice has ${mails} e-mails`;
};

const poison: Promised = async ({ shop }) => {
  const { local } = shop;
  await local.call("events", "PutEvents", {
    Entries: [
      {
        EventBusName: local.nameOf("Bus"),
        Source: "petstore.orders",
        DetailType: "orders.OrderConfirmed.v1",
        Detail: JSON.stringify({ nobody: "understands this" }),
      },
    ],
  });
  const order = await shop.order();
  await shop.clock.advance(MINUTE);
  if ((await lettersIn(shop)) !== 1)
    return "a minute after a message that nobody understands it is not among the dead letters";
  return mailsAbout(shop, order) === 1
    ? undefined
    : "Alice's e-mail waits behind a message that nobody understands";
};

const CONSUMER = "packages/core/src/queue-consumer.ts";
const POISON_ONLY = `        const why = whyHopeless(error);
        if (why === undefined) throw error;
`;
const ANYTHING = "        const why = String(error);\n";

export const lesson: Lesson = {
  title: "Poison, dead letters, redrive",
  see: { screen: "messages/queues", line: "npm run shop -- scenario poison" },
  promise: sentOn,
  sabotage: defect("failures-acknowledged"),
  says,
  exercise: {
    task: "The people on call complain: since last week every hiccup of a table leaves dead letters behind, which they send on by hand, one queue after the other, though nothing was wrong with them. Somebody wanted queues that never wait. Find what has changed, and mend it.",
    prepare: [{ file: CONSUMER, find: POISON_ONLY, replace: ANYTHING }],
    tests: [
      {
        name: "what passes by itself needs nobody",
        holds: passesByItself,
        hint: "There are two kinds of failures: one would be the same tomorrow, one is over in a minute. Where is the line drawn between them, in packages/core/src/queue-consumer.ts?",
      },
      {
        name: "what nobody understands is set aside within a minute, and nobody waits behind it",
        holds: poison,
        hint: "An event that is not as agreed will not be so at the fifth attempt, either. Look at NeedsAPerson in packages/core/src/event.ts.",
      },
      {
        name: "what failed for long is a dead letter, and is done when it is sent on",
        holds: sentOn,
        hint: "That is the promise of the lesson itself: a message that failed has to be reported, or SQS deletes it.",
      },
    ],
    seeds: {
      plain: true,
      exactly: struck(
        "NotifyCustomer dynamodb.UpdateItem:Notifications order-1",
        "server-error",
        6,
      ),
    },
    hint: "The tests pass, and a promise is broken elsewhere: read which one. I16 means that somebody would have had to send on a dead letter by hand.",
  },
};

import type { Lesson, Promised, Shop } from "../../../local/lessons/lesson.ts";
import { hear } from "../../../local/spoil.ts";

const says =
  "Alice, Bob and Carol bought hay, and each of their orders reached one of two: who got an e-mail is not in today's sales, and who is in the sales got no e-mail.";

const hay = [{ productId: "prd_hay", quantity: 1 }];
const MINUTE = 60_000;
const customers = ["alice", "bob", "carol"];

/** Three customers buy hay; the e-mails and the day's sales both have to hear of each. */
const bothHear: Promised = async ({ shop }) => {
  for (const as of customers) await shop.place({ as, lines: hay });
  await shop.clock.advance(2 * MINUTE);
  const mails = shop.local.emails().filter(({ tags }) => tags.template === "order-confirmed");
  const asked = await shop.drive(shop.local.api({ path: "/reports/daily-sales", as: "admin" }));
  const { orders } = asked.json() as { orders: number };
  if (mails.length === customers.length && orders === customers.length) return undefined;
  return mails.length + orders === customers.length
    ? says
    : `of three orders ${mails.length} were told by e-mail, and ${orders} are in the day's sales`;
};

/** Alice buys, pays and cancels; the money takes its time to come back. */
const cancelWhatIsPaid = async (shop: Shop) => {
  const order = await shop.order("tok_refund_fails");
  await shop.settle();
  await shop.cancel(order);
  await shop.settle();
  return order;
};

const isBrought: Promised = async ({ shop }) => {
  const brought = hear(
    shop.local,
    ({ operation, caller, input }) =>
      operation === "SendMessage" &&
      caller.name.startsWith("rule ") &&
      JSON.stringify(input).includes("-NotificationsQueue") &&
      JSON.stringify(input).includes("orders.CancellationRequested."),
  );
  await cancelWhatIsPaid(shop);
  return brought.length > 0 ? undefined : "Alice cancelled, and no rule brought that to the queue";
};

const isTold: Promised = async ({ shop }) => {
  const order = await cancelWhatIsPaid(shop);
  const told = shop.local.emails().filter(({ tags }) => tags.order === order);
  const templates = told.map(({ tags }) => tags.template ?? "");
  const wanted = ["order-confirmed", "order-cancelling", "order-cancelled"];
  if (templates.join() === wanted.join()) return undefined;
  const [letter] = (await shop.books()).deadLetters;
  return `Alice cancelled, and her e-mails were ${templates.join(", ")}${letter ? `; a message lies in ${letter.queue}` : ""}`;
};

const QUEUES = "arn:aws:sqs:us-east-1:123456789012:petstore-local-";
const GRAPH = "infra/graph.json";
const MESSAGE = "services/notifications/src/domain/message.ts";
const TEMPLATES = "services/notifications/src/domain/templates.ts";

const REASON = "/** Neither forward nor back. */";
const WORDS = `/** Its customer asked to cancel what is paid for: that takes a while, and is on its way. */
export const orderCancelling = ({ orderId }: { orderId: string }, to: Reader) =>
  letter(
    \`We are cancelling your order \${orderId}\`,
    to,
    "we have your cancellation. Your money is on its way back; we write again when all is done.",
  );

${REASON}`;

export const lesson: Lesson = {
  title: "Events and a bus; queue or bus",
  see: { screen: "messages", line: "npm run shop -- scenario well" },
  promise: bothHear,
  sabotage: [
    {
      file: GRAPH,
      find: `"eventSourceArn": "${QUEUES}NotificationsQueueQueue"`,
      replace: `"eventSourceArn": "${QUEUES}SalesQueueQueue"`,
    },
    {
      file: GRAPH,
      find: `\\"sqs:GetQueueAttributes\\"],\\"Resource\\":\\"${QUEUES}NotificationsQueueQueue\\"`,
      replace: `\\"sqs:GetQueueAttributes\\"],\\"Resource\\":\\"${QUEUES}SalesQueueQueue\\"`,
    },
  ],
  says,
  exercise: {
    task: "Who cancels a paid order hears nothing until the money is back. The words of an e-mail are there, in services/notifications/src/domain/templates.ts: send it as order-cancelling when a cancellation was requested. The contexts that publish are not to be touched.",
    prepare: [{ file: TEMPLATES, find: REASON, replace: WORDS }],
    tests: [
      {
        name: "each consumer hears of each order",
        holds: bothHear,
        hint: "That is the promise of the lesson itself: look at what you have changed in infra/graph.json.",
      },
      {
        name: "the bus brings the news of a cancellation to the queue of notifications",
        holds: isBrought,
        hint: "What no rule wants reaches nobody, without an error. Of what is the rule of a consumer made, and where does it stand then? (`npm run synth` makes it anew. Without a network, write into the eventPattern of NotificationsRule, in infra/graph.json, what it would write.)",
      },
      {
        name: "who cancels a paid order hears of it at once, and again when it is done",
        holds: isTold,
        hint: "The news arrives. If it lies among the dead letters, its consumer does not understand it yet: what does it say that it hears? Else look at how an event becomes a message.",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one. May your e-mail come after the one that says it is done?",
    solution: [
      {
        file: MESSAGE,
        find: "import {\n  OrderCancelled,",
        replace: "import {\n  CancellationRequested,\n  OrderCancelled,",
      },
      {
        file: MESSAGE,
        find: "  orderCancelled,\n",
        replace: "  orderCancelled,\n  orderCancelling,\n",
      },
      {
        file: MESSAGE,
        find: "  OrderCancelled,\n  OrderNeedsAttention,\n  OrderResumed,\n  PaymentNeedsAttention,",
        replace:
          "  OrderCancelled,\n  CancellationRequested,\n  OrderNeedsAttention,\n  OrderResumed,\n  PaymentNeedsAttention,",
      },
      {
        file: MESSAGE,
        find: '      return toCustomer("order-cancelled", event, data, orderCancelled);',
        replace:
          '      return toCustomer("order-cancelled", event, data, orderCancelled);\n    case CancellationRequested.type:\n      return toCustomer("order-cancelling", event, data, orderCancelling);',
      },
      {
        file: MESSAGE,
        find: '  "order-cancelled",\n',
        replace: '  "order-cancelled",\n  "order-cancelling",\n',
      },
      {
        file: GRAPH,
        find: '{\\"prefix\\":\\"orders.OrderRejected.v\\"},{\\"prefix\\":\\"orders.OrderCancelled.v\\"},{\\"prefix\\":\\"orders.OrderNeedsAttention.v\\"}',
        replace:
          '{\\"prefix\\":\\"orders.OrderRejected.v\\"},{\\"prefix\\":\\"orders.OrderCancelled.v\\"},{\\"prefix\\":\\"orders.CancellationRequested.v\\"},{\\"prefix\\":\\"orders.OrderNeedsAttention.v\\"}',
      },
    ],
  },
};

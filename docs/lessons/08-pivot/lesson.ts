import { defect } from "../../../local/lessons/defect.ts";
import type { Lesson, Promised, Shop } from "../../../local/lessons/lesson.ts";
import { by, isWrite, spoil } from "../../../local/spoil.ts";

const says =
  "Alice cancelled in time and reads that her order is off; half a second later the pivot wrote over it, and she has paid for what she does not want.";

type Order = { status: string; paid: object | null; refunded: object | null };

/** The first such call of a function is long on its way. */
const holdUp = (shop: Shop, name: string, ms: number, matches = isWrite) =>
  spoil(
    shop.local,
    (call) => by(name)(call) && matches(call),
    async (call, next) => {
      await new Promise<void>((resolve) => shop.local.cloud.clock.after(ms, "held up", resolve));
      return next(call);
    },
    1,
  ).spoilt;

/** Places an order, cancels it while a function's write is on its way, and answers what Alice reads: then, and in the end. */
const cancelWhile = async (shop: Shop, name: string) => {
  const held = holdUp(shop, name, 500);
  const order = await shop.order();
  for (let waited = 0; held.length === 0 && waited < 60_000; waited += 50)
    await shop.clock.advance(50);
  // The payments context is busy, and hears late that the order is off.
  holdUp(shop, "WithdrawPayment", 1_500, ({ service }) => service === "dynamodb");
  const told = (await shop.cancel(order)).json() as Order;
  await shop.settle();
  return { told, order: (await shop.read(order)) as Order };
};

const isGivenBack = ({ paid, refunded }: Order) =>
  JSON.stringify(paid) === JSON.stringify(refunded);

const oneWinner: Promised = async ({ shop }) => {
  const { told, order } = await cancelWhile(shop, "ConfirmOrder");
  const [broken] = await shop.broken();
  if (told.status === "CANCELLED" && order.status === "CANCELLED" && !isGivenBack(order))
    return says;
  const isOff = order.status === "CANCELLED" && isGivenBack(order);
  if (isOff && !broken) return undefined;
  return `Alice cancelled while her order was being confirmed, and reads ${order.status} (${broken ?? "her money is not back"})`;
};

const notForNothing: Promised = async ({ shop }) => {
  const { order } = await cancelWhile(shop, "CapturePayment");
  if (order.status === "CANCELLED" && isGivenBack(order)) return undefined;
  return `Alice cancelled while her money was being taken: she reads ${order.status}, has ${order.paid ? "paid" : "not paid"}, and ${order.refunded ? "has it back" : "nothing came back"}`;
};

export const lesson: Lesson = {
  title: "The pivot, and the customer who cancels at that moment",
  see: { screen: "saga", line: "npm run shop -- slow 1900ms ConfirmOrder" },
  promise: oneWinner,
  sabotage: [
    {
      file: "services/orders/src/adapters/order-transition.ts",
      find: "    .where(({ version }, { eq }) => eq(version, from))\n    .params<Update>();",
      replace: "    .params<Update>();",
    },
  ],
  says,
  exercise: {
    task: "Some orders end as NEEDS_ATTENTION now, paid for and cancelled, and staff give the money back by hand. It began when somebody changed the ladder, with a good reason: no order should be confirmed before its money is there. Find out at which moment their customers cancel, and put the rungs into an order in which no moment is bad.",
    prepare: defect("captured-before-the-pivot"),
    tests: [
      {
        name: "who cancels while the money is being taken has it back, without a person",
        holds: notForNothing,
        hint: "When the customer was faster, the pivot is refused, and every step before it is undone, last first. Which step before the pivot has no undo?",
      },
      {
        name: "who cancels while the order is being confirmed is told the truth",
        holds: oneWinner,
        hint: "That is the promise of the lesson itself: look at what you have changed in services/orders/src/adapters, and at which steps stand before the pivot and which after it.",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one. After the pivot there is no way back; before it each step needs its undo.",
  },
};

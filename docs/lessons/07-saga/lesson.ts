import { defect } from "../../../local/lessons/defect.ts";
import type { Lesson, Promised } from "../../../local/lessons/lesson.ts";
import { by, isWrite, refusedForGood, spoil } from "../../../local/spoil.ts";

const says =
  "Bob's card was declined, and Polly the parrot is still held for him: Alice has the money, and reads that she is sold out.";

const parrot = [{ productId: "prd_parrot", quantity: 1 }];
type Order = { orderId: string; status: string };

/** Bob's card is declined; what was held for him is Alice's to buy. */
const nextInLine: Promised = async ({ shop }) => {
  await shop.place({ as: "bob", lines: parrot, paymentToken: "tok_decline" });
  await shop.settle();
  const placed = await shop.place({ lines: parrot });
  await shop.settle();
  const { orderId } = placed.json() as Order;
  const { status } = (await shop.read(orderId)) as Order;
  return status === "CONFIRMED" ? undefined : says;
};

/** The bank says yes, and for five minutes nobody can write that down. */
const failsAfterTheYes: Promised = async ({ shop }) => {
  let isAsked = false;
  shop.local.cloud.guard(async (call, next) => {
    const answer = await next(call);
    isAsked ||= by("ProviderApi")(call) && isWrite(call);
    return answer;
  });
  const { stop } = spoil(
    shop.local,
    (call) =>
      isAsked &&
      call.service === "dynamodb" &&
      ["AuthorizePayment", "ReceiveWebhook"].some((name) => by(name)(call)),
    refusedForGood,
  );
  const order = await shop.order();
  await shop.clock.advance(5 * 60_000);
  stop();
  await shop.settle();
  const { status } = (await shop.read(order)) as Order;
  const payment = (await shop.books()).provider.get(order.replace("ord_", "pay_"));
  if (status === "REJECTED" && payment?.state === "voided") return undefined;
  const money = payment?.state === "voided" ? "free again" : "still blocked";
  return `Alice's order is ${status}, and at the bank her money is ${money}`;
};

export const lesson: Lesson = {
  title: "A saga is a ladder",
  see: { screen: "saga", line: "npm run shop -- scenario decline" },
  promise: nextInLine,
  sabotage: defect("stock-not-undone"),
  says,
  exercise: {
    task: "A customer's order was rejected for a failure of ours, and the bank has her money blocked for a week. The compiler of ladders, packages/core/src/state-machine.ts, was changed: a step that failed has done nothing, somebody wrote, and so there is nothing to undo of it. Find out why that is wrong, and change it back.",
    prepare: defect("failed-step-not-undone"),
    tests: [
      {
        name: "what is held for an order that is rejected is free again",
        holds: nextInLine,
        hint: "That is the promise of the lesson itself: look at what you have changed in the ladder.",
      },
      {
        name: "a step that failed after the other side had said yes is undone",
        holds: failsAfterTheYes,
        hint: "Who reports a failure may have done the work: the bank said yes, and we failed to write it down. With which undo does a saga begin that failed at AuthorizePayment? Look at UndoFrom.",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one, and compare your copy of packages/core/src/state-machine.ts with the checkout.",
  },
};

import { defect } from "../../../local/lessons/defect.ts";
import type { Lesson, Promised, Shop } from "../../../local/lessons/lesson.ts";
import {
  type Payment,
  statementOf,
} from "../../../services/payment-provider/src/domain/payment.ts";

const says =
  "The shop tells Alice that her card was declined. Her bank had said yes, two seconds after we stopped listening: 4.99 of hers stay blocked, for an order that there is not.";

/** What the bank has of an order's payment, when all is over. */
const atTheBank = async (shop: Shop, order: string) => {
  const payment = (await shop.books()).provider.get(order.replace("ord_", "pay_")) as Payment;
  const { status, amount, refunds = [] } = statementOf(payment, shop.clock.now());
  const back = refunds.reduce((sum, refund) => sum + refund.amount, 0);
  return { status, paid: status === "captured" ? amount - back : 0 };
};

/** A bank answers too late for us, and tells nobody afterwards. */
const silentBank: Promised = async ({ shop }) => {
  const order = await shop.order("tok_timeout_approve");
  await shop.settle();
  const { status } = await shop.read(order);
  const bank = await atTheBank(shop, order);
  if (status === "CONFIRMED" && bank.status === "captured") return undefined;
  if (status === "REJECTED" && bank.status === "authorized") return says;
  return `Alice's order is ${status}, and her bank says ${bank.status}.`;
};

const silentNo: Promised = async ({ shop }) => {
  const order = await shop.order("tok_timeout_decline");
  await shop.settle();
  const { status } = await shop.read(order);
  return status === "REJECTED"
    ? undefined
    : `the bank had said no, too late, and Alice's order is ${status}`;
};

/** The bank breaks off two requests for a refund: nobody knows what it did. */
const brokenRefund: Promised = async ({ shop }) => {
  const order = await shop.order("tok_refund_fails");
  await shop.settle();
  await shop.cancel(order);
  await shop.settle();
  const { status } = await shop.read(order);
  const { paid } = await atTheBank(shop, order);
  return status === "CANCELLED" && paid === 0
    ? undefined
    : `Alice's order is ${status}, her hay is back on the shelf, and ${paid / 100} of her money is still ours`;
};

export const lesson: Lesson = {
  title: "A time-out is not a no",
  see: { screen: "saga/FulfilOrder", line: "npm run shop -- scenario bank-hangs" },
  promise: silentBank,
  sabotage: defect("time-out-counts-as-a-no"),
  says,
  exercise: {
    task: "Sagas stood still while the bank was slow, and somebody has made them go on. Since then customers write that their order is cancelled and their money has not come back. Find what is taken for an answer in services/payments that is none, and mend it.",
    prepare: defect("refund-asked-for-and-forgotten"),
    tests: [
      {
        name: "a yes that comes too late is a yes",
        holds: silentBank,
        hint: "That is the promise of the lesson itself: look at what you have changed in services/payments/src/adapters/provider-connection.ts.",
      },
      {
        name: "a no that comes too late is a no",
        holds: silentNo,
        hint: "An unknown outcome has to be asked for until it is known. It must not become a yes, either.",
      },
      {
        name: "a refund that the bank broke off is made all the same",
        holds: brokenRefund,
        hint: "All steps of money go through one function in services/payments/src/adapters. When may it say that a step is settled, and whose word is that?",
      },
    ],
    seeds: { plain: true, cards: ["tok_refund_fails"], cancels: ["sold", 3_000] },
    hint: "The tests pass, and a promise is broken elsewhere: read which one. A step is settled when our books show it, and they show what the bank said.",
  },
};

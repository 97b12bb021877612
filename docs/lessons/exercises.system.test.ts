import { expect, it } from "vitest";
import { codeOf } from "../../local/lessons/code-of.ts";
import { failedTest } from "../../local/lessons/grade.ts";
import { solutionOf } from "../../local/lessons/lesson.ts";
import { lessonOf } from "../../local/lessons/lessons.ts";

const ORDER_VIEW = "services/read-side/src/domain/order-view.ts";
const ORDER_EVENTS = "packages/events/src/orders.ts";
const PAYMENTS = "services/payments/src/adapters/payments.ts";
const GRAPH = "infra/graph.json";

/** Poor solutions of the exercises, what of ours they have, and what is said of them. */
it.each([
  {
    ...{ of: "11: an order is paid when it is confirmed", number: "11", ours: [0, 2] },
    more: [
      {
        file: ORDER_VIEW,
        find: "    case OrderConfirmed.type:\n",
        replace:
          '    case OrderConfirmed.type:\n      return { paidAt: time, ...is("CONFIRMED") };\n',
      },
    ],
    says: "Alice's hay: it was paid at",
  },
  {
    ...{ of: "11: an order is paid when its payment is authorised", number: "11", ours: [0, 2] },
    more: [
      {
        file: ORDER_VIEW,
        find: "    default:\n",
        replace:
          '    case "payments.PaymentAuthorized.v1":\n      return { paidAt: time };\n    default:\n',
      },
    ],
    says: "Alice's hay: it was paid at",
  },
  {
    ...{ of: "13: what was never said is made up", number: "13", ours: [] },
    more: [
      {
        file: ORDER_EVENTS,
        find: 'z.enum(["shop", "phone"])',
        replace: 'z.enum(["shop", "phone"]).default("shop")',
      },
    ],
    says: 'as one that came by "shop", which nobody has said',
  },
  {
    ...{ of: "14: all actions of all services", number: "14", ours: [1] },
    more: [{ file: GRAPH, find: '\\"Action\\":\\"dynamodb:*\\"', replace: '\\"Action\\":\\"*\\"' }],
    says: "the report may * on petstore-local-ReadTableTable",
  },
  {
    ...{ of: "14: the graph is mended alone", number: "14", ours: [0] },
    more: [],
    says: "infra/read-side.ts gives the report dynamodb:*, and infra/graph.json dynamodb:PutItem and dynamodb:Query",
  },
  {
    ...{ of: "15: what was read once is never read again", number: "15", ours: [] },
    more: [
      {
        file: PAYMENTS,
        find: "commandHandler(payment, ledger)",
        replace: "commandHandler(payment, { ...ledger, load: async () => loaded })",
      },
    ],
    says: "AuthorizePayment goes on with what it had read before",
  },
])("does not pass: $of", async ({ number, ours, more, says }) => {
  const { exercise } = (await lessonOf(number)).lesson;
  const solution = solutionOf(exercise);
  const some = ours.flatMap((place) => solution[place] ?? []);
  const failed = await failedTest(
    await codeOf({ patches: [...exercise.prepare, ...some, ...more] }),
    exercise,
  );
  expect(failed?.what).toContain(says);
});

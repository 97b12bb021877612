import { type Mutant, struck } from "./mutant.ts";

const RULES = "services/payments/src/domain/payment.ts";
const SETTLE = "services/payments/src/adapters/settle.ts";

/** Money: taken once, given back once, and never believed in. */
export const payments: Mutant[] = [
  {
    name: "charged-without-a-key",
    published: 12,
    defect:
      "Each request to the provider has another key: what is asked again is another charge or refund.",
    patches: [
      {
        file: "services/payments/src/adapters/provider.ts",
        find: "idempotencyKey: `${id}:${purpose}`",
        replace: "idempotencyKey: `${id}:${purpose}:${Math.random()}`",
      },
    ],
    elsewhere: "services/payments/src/adapters/provider.test.ts",
  },
  {
    name: "time-out-counts-as-a-no",
    published: 12,
    defect: "A time-out counts as not charged: the customer pays for an order that was rejected.",
    patches: [
      {
        file: "services/payments/src/adapters/provider-connection.ts",
        find: "throw new OutcomeUnknown(",
        replace:
          'if (method === "POST") return { status: 402, body: { type: "/problems/card-declined", detail: why } };\n      throw new OutcomeUnknown(',
      },
    ],
    brought: { plain: true, cards: ["tok_timeout_approve"] },
  },
  {
    name: "answer-under-the-first-token",
    published: 9,
    defect:
      "The answer goes to the task token that was there first: after a time-out nobody waits under it, and who asks again is not told either.",
    patches: [
      {
        file: RULES,
        find: 'return ok([{ type: "AnswerAwaited", data: { taskToken: command.taskToken } }]);',
        replace: "return ok([]);",
      },
      {
        file: "services/payments/src/adapters/authorize-payment.ts",
        find: "(isFirst ? undefined : await provider.find(id)) ??",
        replace: "(isFirst ? undefined : undefined) ??",
      },
    ],
    brought: {
      plain: true,
      cards: ["tok_late"],
      exactly: struck("ProviderApi sqs.SendMessage:ProviderWebhooks order-1", "webhook-lost"),
    },
    elsewhere: "services/payments/src/domain/payment.test.ts",
  },
  {
    name: "history-written-over",
    published: 16,
    defect:
      "Two who write a payment's history at once write the same place: one of the two things never happened.",
    patches: [
      {
        file: "packages/core/src/event-store.ts",
        find: '      ConditionExpression: "attribute_not_exists(pk)",\n',
        replace: "",
      },
    ],
    elsewhere: "local/test/payments.system.test.ts",
  },
  {
    name: "refund-asked-for-and-forgotten",
    published: 19,
    defect:
      "A step of money ends when it was asked for: a refund that the provider did not make is never made.",
    patches: [
      {
        file: SETTLE,
        find: "const answer = await step.ask(payment.state);",
        replace:
          'const answer = await step.ask(payment.state).catch(() => undefined);\n    if (!answer) return ok("settled");',
      },
    ],
    brought: { plain: true, cards: ["tok_refund_fails"], cancels: ["sold", 3_000] },
  },
  {
    name: "no-tombstone-of-a-payment",
    published: 21,
    defect:
      "A payment that is given up before anybody asked for it leaves no trace: an authorisation that comes later blocks the customer's money.",
    patches: [
      {
        file: RULES,
        find: 'return ok([{ type: "VoidRequested", data: { trace: command.trace } }]);',
        replace:
          'return ok(state.status === "new" ? [] : [{ type: "VoidRequested", data: { trace: command.trace } }]);',
      },
    ],
    elsewhere: "services/payments/src/domain/payment.test.ts",
  },
  {
    name: "two-causes-two-refunds",
    published: 24,
    defect:
      "What is on its way back is asked for again under another cause: the customer gets it twice.",
    patches: [{ file: RULES, find: "if (now.refunding) return ok([]);", replace: "" }],
    elsewhere: "services/payments/src/domain/payment.test.ts",
  },
  {
    name: "given-back-again",
    published: 24,
    defect:
      "Nobody looks whether all went back already: a return that begins again asks once more, and needs a person.",
    patches: [{ file: RULES, find: "if (isGivenBack(state)) return ok([]);", replace: "" }],
    brought: {
      plain: true,
      exactly: struck("ReturnOrder lambda.Invoke:RefundPayment order-1", "lost-answer"),
      cancels: ["sold", 3_000],
    },
  },
  {
    name: "refund-of-the-whole-sum",
    defect:
      "A refund is of all that was taken, whatever of it went back by hand: the customer gets more than they paid.",
    patches: [
      {
        file: RULES,
        find: "amount: left(now), currency",
        replace: "amount: left(now) && now.captured, currency",
      },
    ],
    elsewhere: "services/payments/src/domain/payment.test.ts",
  },
  {
    name: "any-sum-is-the-total",
    defect:
      "What the provider took is not compared with what it was to take: the books say the total, the bank another sum.",
    patches: [
      {
        file: "services/payments/src/domain/hear-provider.ts",
        find: "if (!sameMoney(amount, ours))",
        replace: "if (sameMoney(amount, ours) && !sameMoney(amount, ours))",
      },
    ],
    brought: { plain: true, cards: ["tok_overcharge"] },
  },
  {
    name: "captured-after-it-was-given-up",
    defect: "A payment that was given up is captured all the same.",
    patches: [
      {
        file: RULES,
        find: 'if (state.withdrawn || state.status === "voided")',
        replace: 'if (state.status === "voided")',
      },
    ],
    elsewhere: "services/payments/src/domain/payment.test.ts",
  },
  {
    name: "webhook-believed",
    published: 25,
    defect:
      "What a webhook says is written down without asking the provider: who knows the secret moves money.",
    patches: [
      {
        file: "services/payments/src/adapters/hear-webhook.ts",
        find: "if (!isTrue) {",
        replace: "if (!isTrue && !said) {",
      },
    ],
    brought: { plain: true, cards: ["tok_decline", "tok_decline"] },
  },
  {
    name: "webhook-of-any-age",
    published: 25,
    defect: "A recorded webhook can be played again at any time.",
    patches: [
      {
        file: "packages/core/src/webhook-signature.ts",
        find: "> WINDOW_SECONDS)",
        replace: "> WINDOW_SECONDS * 1e9)",
      },
    ],
    brought: { plain: true, cards: ["tok_decline", "tok_decline"] },
  },
];

import { type Mutant, struck } from "./mutant.ts";

const PLACE = "services/orders/src/adapters/place-order.ts";
const RULES = "services/orders/src/domain/order.ts";

/** An order: how it is placed once, and who decides what becomes of it. */
export const orders: Mutant[] = [
  {
    name: "placing-is-not-idempotent",
    published: 8,
    defect:
      "A request that is repeated under its key places another order: the customer pays twice.",
    patches: [
      {
        file: PLACE,
        find: "const orderId = orderIdOf(attempt);",
        replace: "const orderId = orderIdOf({ ...attempt, key: String(Math.random()) });",
      },
      {
        file: PLACE,
        find: "const also = [recordAnswer(Resource.OrdersTable.name, attempt, answer)];",
        replace: "const also: ReturnType<typeof recordAnswer>[] = [];",
      },
    ],
    brought: { plain: true },
  },
  {
    name: "lock-beside-the-write",
    published: 15,
    defect:
      "The record under a key is written before the order: where the function ends in between, the customer is told of an order that there is not.",
    patches: [
      {
        file: PLACE,
        find: "import { VersionConflict } from",
        replace: "import { saveTogether, VersionConflict } from",
      },
      {
        file: PLACE,
        find: "const change = { id: orderId, state, events: decision.value, version: 0, also };",
        replace:
          "await saveTogether(orderId, also);\n    const change = { id: orderId, state, events: decision.value, version: 0 };",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("OrdersApi dynamodb.TransactWriteItems:Orders order-1", "crash-after"),
    },
  },
  {
    name: "failure-kept-as-the-answer",
    published: 6,
    defect:
      "What an attempt that failed would have answered is kept under its key: the retry is told of an order that there is not.",
    patches: [
      {
        file: PLACE,
        find: "import { VersionConflict } from",
        replace: "import { saveTogether, VersionConflict } from",
      },
      {
        file: PLACE,
        find: "if (!(error instanceof VersionConflict)) throw error;",
        replace:
          "if (!(error instanceof VersionConflict)) {\n      await saveTogether(orderId, [recordAnswer(Resource.OrdersTable.name, attempt, answer)]);\n      throw error;\n    }",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("OrdersApi dynamodb.TransactWriteItems:Orders order-1", "server-error", 4),
    },
  },
  {
    name: "prices-from-the-client",
    published: 5,
    defect: "A price in the request counts: who asks for a parrot at one cent gets it.",
    patches: [
      {
        file: "services/orders/src/domain/requests.ts",
        find: "const WantedLine = z.strictObject({",
        replace: "const WantedLine = z.looseObject({",
      },
      {
        file: PLACE,
        find: "unitPrice: listed.price });",
        replace:
          "unitPrice: (wanted.find((line) => line.productId === productId) as { unitPrice?: typeof listed.price }).unitPrice ?? listed.price });",
      },
    ],
    brought: { plain: true },
  },
  {
    name: "price-of-one-for-all",
    defect: "The sum of an order is that of its first line: the shop gives the rest away.",
    patches: [
      {
        file: PLACE,
        find: "const basket = { orderId, customerId, lines };",
        replace:
          "for (const line of lines.slice(1)) line.unitPrice = { ...line.unitPrice, amount: 0 };\n  const basket = { orderId, customerId, lines };",
      },
    ],
    brought: { exactly: [] },
  },
  {
    name: "keys-of-all-customers-are-one",
    defect: "A key is nobody's own: who uses another customer's is given that customer's order.",
    patches: [
      {
        file: "packages/core/src/idempotency.ts",
        find: "pk: `IDEMPOTENCY#${principal}#${key}`",
        replace: "pk: `IDEMPOTENCY#${principal.slice(0, 0)}#${key}`",
      },
    ],
    brought: { plain: true, sharesKey: true },
  },
  {
    name: "another-request-under-a-key",
    defect:
      "Nobody looks whether a key comes with the same request: another order is answered with the first one.",
    patches: [
      {
        file: "packages/core/src/idempotency.ts",
        find: "if (record.request !== request)",
        replace: "if (record.request === undefined)",
      },
    ],
    brought: { plain: true },
  },
  {
    name: "order-written-at-any-version",
    published: 16,
    defect:
      "An order is written whatever happened to it meanwhile: a cancellation and the pivot both win.",
    patches: [
      {
        file: "services/orders/src/adapters/order-transition.ts",
        find: ".where(({ version }, { eq }) => eq(version, from))",
        replace: "",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("ConfirmOrder dynamodb.TransactWriteItems:Orders order-1", "delay"),
      cancels: ["confirming", 0],
    },
  },
  {
    name: "execution-name-has-the-time",
    published: 4,
    defect:
      "An execution's name has the time in it: an order that is told of again gets a second saga.",
    patches: [
      {
        file: "services/orders/src/adapters/begin-saga.ts",
        find: "startSaga(arn, run.name,",
        replace: "startSaga(arn, `${run.name}-at-${Date.now()}`,",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("rule:StartFulfilment lambda.Invoke:StartFulfilment order-1", "duplicate"),
    },
  },
  {
    name: "cancelled-and-confirmed",
    defect:
      "The pivot does not see that the customer has cancelled: they pay for what they do not want.",
    patches: [
      {
        file: RULES,
        find: 'if (status === "PLACED") return ok([OrderConfirmed(state)]);',
        replace:
          'if (status === "PLACED" || status === "CANCELLED") return ok([OrderConfirmed(state)]);',
      },
    ],
    brought: {
      plain: true,
      exactly: struck("ConfirmOrder dynamodb.TransactWriteItems:Orders order-1", "delay"),
      cancels: ["confirming", 0],
    },
  },
  {
    name: "abandoned-after-the-pivot",
    defect:
      "A saga that lost the pivot's answer turns back although the order is confirmed: the customer is promised what is given away.",
    patches: [
      {
        file: RULES,
        find: 'if (confirmed)\n          return refuse("AlreadyConfirmed"',
        replace: 'if (!orderId)\n          return refuse("AlreadyConfirmed"',
      },
    ],
    elsewhere: "services/orders/src/domain/order.test.ts",
  },
  {
    name: "cancelled-without-a-refund",
    defect: "A confirmed order is cancelled at once, and nothing gives its money back.",
    patches: [
      {
        file: RULES,
        find: 'if (status === "CONFIRMED") return ok([CancellationRequested(state)]);',
        replace: 'if (status === "CONFIRMED") return ok([cancelled]);',
      },
    ],
    brought: { plain: true, cancels: ["sold", 3_000] },
  },
  {
    name: "nobody-looks-after-sagas",
    defect:
      "The sweeper of sagas is off, and so is the nightly comparison: an order whose saga never began, or ended early, stays open for ever.",
    graph: [
      {
        resource: "ReconcileTimerSchedule",
        find: '"state":"ENABLED"',
        replace: '"state":"DISABLED"',
      },
      {
        resource: "SweepSagasTimerSchedule",
        find: '"state":"ENABLED"',
        replace: '"state":"DISABLED"',
      },
    ],
    brought: {
      plain: true,
      lasts: 300_000,
      exactly: struck("StartFulfilment states.StartExecution order-1", "server-error", 9),
    },
  },
  {
    name: "foreign-orders-cancelled",
    defect: "Nobody looks whose order it is: anybody cancels anybody's.",
    patches: [
      {
        file: "services/orders/src/adapters/cancel-order.ts",
        find: "if (found?.state.customerId !== customerId)",
        replace: "if (!found || !customerId)",
      },
    ],
    brought: { plain: true },
  },
];

import type { Graph } from "emulator/boot/graph";
import type { Patch } from "emulator/runtime/patch";
import { code, shopGraph } from "../../../local/repository.ts";
import type { Variant } from "../../../local/virtual-shop.ts";
import { stepsOf } from "../../../packages/core/src/saga.ts";
import { fulfilOrder } from "../../../services/orders/src/saga/fulfil-order.ts";
import {
  allowed,
  BUS_ARN,
  functionArn,
  lambda,
  lettingDo,
  linked,
  queue,
  queueArn,
  rule,
  table,
  tableArn,
  withMore,
} from "./more-cloud.ts";

const HERE = "docs/saga-four-ways";
const SAGAS = "services/orders/src/adapters/sagas.ts";
/** Who begins sagas, or looks after those that have not begun. */
const STARTERS = ["StartFulfilment", "SweepSagas", "LookAfterOrder"];
const steps = stepsOf(fulfilOrder);

/** Lets the shop begin a fulfilment another way than with StartExecution. The way back (ReturnOrder) stays as it is. */
const beginning = (from: string, name: string): Patch[] => [
  {
    file: SAGAS,
    find: "const client = awsClient(SFNClient);",
    replace: `import { ${name} } from "../../../../${HERE}/${from}";\n\nconst client = awsClient(SFNClient);`,
  },
  {
    file: SAGAS,
    find: "  try {\n    await client.send(\n      new StartExecutionCommand({",
    replace: `  if (machine.endsWith("-FulfilOrder")) {
    await ${name}({ ...input, trace: currentTrace() } as never);
    return true;
  }
  try {
    await client.send(
      new StartExecutionCommand({`,
  },
];

const callSteps = (...names: string[]) => allowed(names.map(functionArn), "lambda:InvokeFunction");

/** One function that walks the ladder, with a table of its own, driven by a queue. */
const processManager = (ours: Graph): Graph => {
  const sends = allowed(queueArn("FulfilmentQueue"), "sqs:SendMessage");
  const link = linked.queue("FulfilmentQueue");
  return withMore(
    lettingDo(ours, STARTERS, link, sends),
    { resources: [...queue("FulfilmentQueue", 120, 5), table("FulfilmentTable", "orderId")] },
    {
      // The whole event would tell no more: the walk asks what became of the payment.
      resources: rule(
        "FulfilmentAnswered",
        ["payments.PaymentAuthorized.v1", "payments.PaymentDeclined.v1"],
        "FulfilmentQueue",
        "$.detail.data",
      ),
    },
    lambda("WalkOrder", {
      handler: `${HERE}/process-manager/walk-order.handler`,
      drivenBy: "FulfilmentQueue",
      links: { ...link, ...linked.table("FulfilmentTable"), ...linked.functions(...steps) },
      may: [
        sends,
        callSteps(...steps),
        allowed(tableArn("FulfilmentTable"), "dynamodb:GetItem", "dynamodb:PutItem"),
      ],
    }),
  );
};

/** What each context hears, and which of its functions it calls for that. */
const hearers: Record<string, { hears: string[]; calls: string[]; file: string }> = {
  InventoryHears: {
    file: "inventory",
    hears: [
      ...["orders.OrderPlaced.v2", "fulfilment.AskedAgain.v1"],
      ...["fulfilment.PaymentTaken.v1", "fulfilment.PaymentGivenUp.v1"],
    ],
    calls: ["ReserveStock", "CommitStock", "ReleaseStock"],
  },
  PaymentsHears: {
    file: "payments",
    hears: ["fulfilment.StockHeld.v1", "fulfilment.OrderSure.v1", "fulfilment.TurnedBack.v1"],
    calls: ["AuthorizePayment", "CapturePayment", "VoidPayment"],
  },
  OrdersHears: {
    file: "orders",
    hears: [
      ...["fulfilment.PaymentHeld.v1", "payments.PaymentAuthorized.v1"],
      ...["payments.PaymentDeclined.v1", "orders.OrderCancelled.v1"],
      ...["fulfilment.StepRefused.v1", "fulfilment.StockGivenUp.v1"],
    ],
    calls: ["ConfirmOrder", "AbandonOrder", "RejectOrder", "GiveUpOrder", "MarkNeedsAttention"],
  },
};

/** Each context hears the others through a queue of its own. */
const choreography = (ours: Graph): Graph => {
  const tells = allowed(BUS_ARN, "events:PutEvents");
  const withoutStart = {
    ...ours,
    // OrderPlaced is heard by the inventory itself; what is left to begin is what a person resumes.
    resources: ours.resources.map((one) =>
      one.name === "StartFulfilmentRule"
        ? {
            ...one,
            inputs: {
              ...one.inputs,
              eventPattern: JSON.stringify({ "detail-type": ["orders.OrderResumed.v1"] }),
            },
          }
        : one,
    ),
  };
  return withMore(
    lettingDo(withoutStart, STARTERS, linked.bus, tells),
    lambda("OrderToFulfil", {
      handler: `${HERE}/choreography/order-to-fulfil.handler`,
      links: linked.table("OrdersTable"),
      may: [allowed(tableArn("OrdersTable"), "dynamodb:GetItem")],
    }),
    ...Object.entries(hearers).flatMap(([name, { hears, calls, file }]) => {
      const called = [...calls, "OrderToFulfil"];
      return [
        { resources: [...queue(`${name}Queue`, 60, 30), ...rule(name, hears, `${name}Queue`)] },
        lambda(name, {
          handler: `${HERE}/choreography/hear.${file}`,
          drivenBy: `${name}Queue`,
          links: {
            ...linked.bus,
            ...linked.queue(`${name}QueueDlq`, "OwnDeadLetters"),
            ...linked.functions(...called),
          },
          may: [
            ...[tells, callSteps(...called)],
            allowed(queueArn(`${name}QueueDlq`), "sqs:SendMessage"),
          ],
        }),
      ];
    }),
  );
};

const shop = (cloud: (ours: Graph) => Graph, from: string, name: string): Variant => ({
  graph: cloud(shopGraph()),
  code: { ...code, patches: beginning(from, name) },
});

/** A way of coordinating the saga that runs on the emulator; our own has no variant. */
export type Way = {
  name: string;
  /** Its code. */
  files: string[];
  /** The code that any other saga would have with it. */
  shared: string[];
  variant: Variant | undefined;
};
/** What those share who call steps themselves. */
export const STEPS = [`${HERE}/steps.ts`];
/** The engine of the process manager: it walks any ladder. */
const WALKER = ["walk-order", "leads", "begin"].map((file) => `${HERE}/process-manager/${file}.ts`);
/** The saga itself, as the state machine and the process manager have it. */
const LADDER = "services/orders/src/saga/fulfil-order.ts";

let made: Way[] | undefined;
/** The ways that run on the emulator, ours first. */
export const ways = (): Way[] => {
  made ??= [
    {
      name: "Step Functions",
      files: [LADDER],
      shared: ["saga", "state-machine", "saga-states", "saga-retries"].map(
        (file) => `packages/core/src/${file}.ts`,
      ),
      variant: undefined,
    },
    {
      name: "choreography",
      files: ["hear", "events", "tell", "order-to-fulfil", "ask-again"].map(
        (file) => `${HERE}/choreography/${file}.ts`,
      ),
      shared: STEPS,
      variant: shop(choreography, "choreography/ask-again.ts", "askAgain"),
    },
    {
      name: "process manager",
      files: [LADDER],
      // They name no step of this saga.
      shared: [...STEPS, ...WALKER],
      variant: shop(processManager, "process-manager/begin.ts", "begin"),
    },
  ];
  return made;
};

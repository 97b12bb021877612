import { countFrom, perOrder } from "../../../local/bench/count.ts";
import type { Lesson, Promised } from "../../../local/lessons/lesson.ts";
import { by, hear, overtaken, spoil } from "../../../local/spoil.ts";

type Call = Parameters<Parameters<typeof spoil>[1]>[0];

const MINUTE = 60_000;
/** What an outage of ten minutes may cost an order, in state transitions of the saga. */
const PATIENT = 100;

const says =
  "The bank was out for ten minutes, and the saga of Alice's bale of hay tried again every second: her order costs more than a cent of transitions, and so does everybody's.";

/** Whether a call is a request to the payment provider, on its way. */
const toTheBank = ({ operation, caller }: Call) =>
  operation === "Invoke" && caller.name.includes("ProviderApi") && caller.name.endsWith("URL");

const outage: Promised = async ({ shop }) => {
  const read = countFrom(shop.local);
  const until = shop.clock.now() + 10 * MINUTE;
  spoil(shop.local, toTheBank, (call, next) => {
    if (shop.clock.now() > until) return next(call);
    throw new Error("The bank is out");
  });
  const order = await shop.order();
  await shop.settle();
  const { transitions } = read();
  const { status } = await shop.read(order);
  if (status !== "CONFIRMED") return `After an outage of ten minutes Alice's order is ${status}.`;
  if (transitions <= PATIENT) return undefined;
  return transitions > 400
    ? says
    : `An outage of ten minutes costs an order ${transitions} transitions.`;
};

const BUDGET = { commandWrites: 7, writeUnits: 53, reads: 8, events: 6, transitions: 5 };
const names = {
  commandWrites: "calls that write",
  writeUnits: "write units",
  reads: "calls that read",
  events: "events",
  transitions: "transitions",
};

const budget: Promised = async ({ shop }) => {
  const read = countFrom(shop.local);
  const before = read();
  const lines = [
    { productId: "prd_collar", quantity: 1 },
    { productId: "prd_hay", quantity: 2 },
  ];
  await shop.place({ lines });
  await shop.settle();
  const cost = perOrder(before, read(), 1);
  const [over] = (Object.keys(BUDGET) as (keyof typeof BUDGET)[]).filter(
    (name) => cost[name] > BUDGET[name],
  );
  return over && `an order costs ${cost[over]} ${names[over]}; its budget has ${BUDGET[over]}`;
};

const readsAgain: Promised = async ({ shop }) => {
  const isOfPayment = (call: Call, operation: string) =>
    by("AuthorizePayment")(call) &&
    call.operation === operation &&
    call.input.TableName === shop.local.nameOf("PaymentsTable");
  const reads = hear(shop.local, (call) => isOfPayment(call, "Query"));
  let before = 0;
  const faster: typeof overtaken = (call, next) => {
    before = reads.length;
    return overtaken(call, next);
  };
  spoil(shop.local, (call) => isOfPayment(call, "PutItem"), faster, 1);
  await shop.order();
  await shop.settle();
  return reads.length > before
    ? undefined
    : "somebody else has saved Alice's payment, and AuthorizePayment goes on with what it had read before";
};

const PAYMENTS = "services/payments/src/adapters/payments.ts";
const READ_ONCE = "commandHandler(payment, startingFrom(ledger, loaded))";
const READ_EACH_TIME = "commandHandler(payment, ledger)";

export const lesson: Lesson = {
  title: "What an order costs",
  see: { screen: "map", line: "npm run bench -- --quick --only order" },
  promise: outage,
  sabotage: [
    {
      file: "packages/core/src/saga-retries.ts",
      find: "retry(TRANSIENT, 120, 30),",
      replace: "retry(TRANSIENT, 3_600, 2),",
    },
  ],
  says,
  exercise: {
    task: "The bill for reads has grown by three quarters since last week, and no test of what the shop does is red. Somebody has made a file of services/payments shorter. Find what an order does more often now, and give it its budget back.",
    prepare: [{ file: PAYMENTS, find: READ_ONCE, replace: READ_EACH_TIME }],
    tests: [
      {
        name: "an order of two lines stays within its budget",
        holds: budget,
        hint: "`npm start` in your copy, place an order, key n, Cost: which function reads a table twice within one call? Then look at what it was given already.",
      },
      {
        name: "who was not the first to save a payment reads it again",
        holds: readsAgain,
        hint: "What was read before is good for one decision. `startingFrom` in packages/core/src/store.ts keeps it for that one, and reads when somebody else has saved since.",
      },
      {
        name: "an outage of ten minutes costs an order no more than it must",
        holds: outage,
        hint: "That is the promise of the lesson itself: look at packages/core/src/saga-retries.ts.",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one. What was read before is good for one decision: when somebody else has saved since, it has to be read again.",
  },
};

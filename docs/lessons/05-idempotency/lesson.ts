import { defect } from "../../../local/lessons/defect.ts";
import type { Lesson, Promised, Shop } from "../../../local/lessons/lesson.ts";
import { by, isWrite, spoil } from "../../../local/spoil.ts";

const says =
  "Alice pressed the button once, in a tunnel; her phone asked again under the same key, and she pays for two bales of hay.";

const hay = [{ productId: "prd_hay", quantity: 1 }];

/** What Alice is told: her request is sent until there is an answer that is none of a failure. */
const insist = async (shop: Shop, key: string) => {
  for (let tries = 1; ; tries++) {
    const answer = await shop.place({ lines: hay, key });
    if (answer.status < 500 || tries === 5) return answer;
    await shop.clock.advance(2_000);
  }
};

/** Alice's request is done, and its answer never reaches her: her phone sends it again. */
const askedTwice: Promised = async ({ shop }) => {
  const before = (await shop.books()).orders.length;
  const [first, again] = [await insist(shop, "in-a-tunnel"), await insist(shop, "in-a-tunnel")];
  await shop.settle();
  const placed = (await shop.books()).orders.length - before;
  if (placed === 2) return says;
  if (placed !== 1 || first.text !== again.text)
    return `Alice asked twice under one key: ${placed} orders, and answers ${first.text} and ${again.text}`;
  return undefined;
};

/** The function dies when it has written, the first time: what Alice is told in the end has to be true. */
const afterACrash: Promised = async ({ shop }) => {
  spoil(
    shop.local,
    (call) => by("OrdersApi")(call) && isWrite(call),
    "is done, and its function crashes",
    1,
  );
  const answer = await insist(shop, "out-of-luck");
  await shop.settle();
  const { orderId } = answer.json() as { orderId?: string };
  if (answer.status !== 202 || !orderId)
    return `Alice was answered ${answer.status}: ${answer.text}`;
  const { status } = await shop.read(orderId);
  return status === "CONFIRMED"
    ? undefined
    : `Alice was told of an order ${orderId}, and there is no such order`;
};

/** Keys are their customers' own: another one may have the same. */
const ofAnother: Promised = async ({ shop }) => {
  const orders: unknown[] = [];
  for (const as of ["alice", "bob"]) {
    const answer = await shop.place({ as, lines: hay, key: "1" });
    orders.push((answer.json() as { orderId?: string }).orderId);
  }
  return new Set(orders).size === 2 ? undefined : "Bob's key was one of Alice's: he has her order";
};

const PLACE = "services/orders/src/adapters/place-order.ts";
const STORE = {
  file: PLACE,
  find: "import { VersionConflict } from",
  replace: "import { saveTogether, VersionConflict } from",
};
const SAVE = {
  file: PLACE,
  find: "    const change = { id: orderId, state, events: decision.value, version: 0, also };",
  replace: `    // First of all, so that nobody else begins with the same key.
    await saveTogether(orderId, also);
    const change = { id: orderId, state, events: decision.value, version: 0 };`,
};

export const lesson: Lesson = {
  title: "Idempotency at the door",
  see: { screen: "orders", line: "npm run shop -- scenario double-click" },
  promise: askedTwice,
  sabotage: defect("placing-is-not-idempotent"),
  says,
  exercise: {
    task: "One customer in some ten thousand is told of an order, with its id, that nobody can find: not she, not the staff. It began when somebody put a lock before placing an order. Find out which moment makes it, and close it.",
    prepare: [STORE, SAVE],
    tests: [
      {
        name: "a request that comes twice is one order, and has one answer",
        holds: askedTwice,
        hint: "That is the promise of the lesson itself: look at what you have changed in place-order.ts.",
      },
      {
        name: "what a customer is told is true, though the function died after it wrote",
        holds: afterACrash,
        hint: "There are two awaited writes in place-order.ts now. Let the process die between them, and then answer the retry by hand: what does the record say, and what is there?",
      },
      {
        name: "a key is its customer's own",
        holds: ofAnother,
        hint: "Two customers may choose the same key. Look at how the record's key is made in packages/core/src/idempotency.ts.",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one, and ask what a request finds that comes while the first one is at work.",
  },
};

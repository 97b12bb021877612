import type { Lesson, Promised, Shop } from "../../../../local/lessons/lesson.ts";
import { spoil } from "../../../../local/spoil.ts";
import { type Beside, beside } from "../beside-shop.ts";
import { runs } from "../run.ts";

const APP = "docs/lessons/migration/4-saga/app.ts";
const FRONT = "docs/lessons/migration/4-saga/front.ts";
const HAND_OVER = "docs/lessons/migration/4-saga/hand-over.ts";
type App = typeof import("./app.ts");

const says =
  "Alice's browser never got the answer to her order, and sent it again after the saga had taken over: she has two lamps on their way, and has paid for both.";

const LAMP = "prd_basking-lamp";
const MINUTE = 60_000;

/** The stock is the inventory's, and the list the read model's, as it is before the last step. */
const readyFor = async (shop: Shop, { monolith, settle }: Beside<ReturnType<App["open"]>>) => {
  await shop.drive(monolith.moveStock());
  await settle();
  await monolith.listFrom("view");
};

/** Who sends an order again after the switch has one order. */
const orderedOnce: Promised = async ({ shop, load }) => {
  const { open } = await load<App>(APP);
  return beside(shop, open, async (world) => {
    const { monolith, order, settle, list } = world;
    await readyFor(shop, world);
    await shop.drive(order("alice", LAMP, { key: "alices-lamp" }));
    await settle();
    await shop.drive(monolith.handOver());
    await shop.drive(order("alice", LAMP, { key: "alices-lamp" }));
    await shop.drive(order("bob", LAMP));
    await settle();
    const [alices, bobs] = [await shop.drive(list("alice")), await shop.drive(list("bob"))];
    if (alices.length > 1) return says;
    return bobs[0]?.status === "CONFIRMED" && bobs[0]?.paid
      ? undefined
      : `Bob ordered after the switch, and his order is ${bobs[0]?.status ?? "not there"}`;
  });
};

/** Orders that are under way when the saga takes over end as they began, and those that wait for their turn are the saga's. */
const endsRight: Promised = async ({ shop, load }) => {
  const { open } = await load<App>(APP);
  return beside(shop, open, async (world) => {
    const { monolith, company, order, settle, list, toldTo } = world;
    await readyFor(shop, world);
    const isPublishing = ({ operation }: { operation: string }) => operation === "PutEvents";
    const alices = order("alice", LAMP, { token: "tok_late" });
    await shop.clock.advance(1_000);
    const handing = monolith.handOver();
    const bobs = order("bob", LAMP, { key: "bobs-lamp" });
    const slow = spoil(shop.local, isPublishing, async (call, next) => {
      await new Promise<void>((resolve) => shop.clock.after(1_000, "on its way", resolve));
      return next(call);
    });
    await shop.drive(Promise.all([alices, handing, bobs]));
    slow.stop();
    if ((await bobs).status === 503) await shop.drive(order("bob", LAMP, { key: "bobs-lamp" }));
    await settle();
    await shop.clock.advance(10 * MINUTE); // what cannot be handled is tried again for some minutes
    const [letter] = (await shop.books()).deadLetters;
    if (letter)
      return `the saga heard of Alice's order, which the monolith had placed, and knows of none: a message lies in ${letter.queue}`;
    const lists = [await shop.drive(list("alice")), await shop.drive(list("bob"))];
    const wrong = lists.findIndex(([one]) => one?.status !== "CONFIRMED");
    if (wrong >= 0) return `the order of ${["Alice", "Bob"][wrong]} is not confirmed`;
    if (company.taken.length !== 1)
      return `the monolith has charged ${company.taken.length} orders`;
    if (toldTo().length !== 2)
      return `two customers have ordered, and ${toldTo().length} e-mails went out`;
    return monolith.left() === 0 ? undefined : `the monolith still owes ${monolith.left()}`;
  });
};

/** The call that lets sagas begin gets lost, Bob orders, and the monolith is told again to hand over. */
const nobodyWaits: Promised = async ({ shop, load }) => {
  const { open } = await load<App>(APP);
  return beside(shop, open, async (world) => {
    const { monolith, order, settle, list } = world;
    await readyFor(shop, world);
    spoil(shop.local, ({ operation }) => operation === "EnableRule", "is lost", 1);
    await shop.drive(monolith.handOver().catch(() => {}));
    const bobs = await shop.drive(order("bob", LAMP, { key: "bobs-lamp" }));
    await shop.drive(monolith.handOver());
    if (bobs.status === 503) await shop.drive(order("bob", LAMP, { key: "bobs-lamp" }));
    await settle();
    const [one] = await shop.drive(list("bob"));
    return one?.status === "CONFIRMED"
      ? undefined
      : `Bob ordered before sagas could begin, was answered with ${bobs.status}, and nobody has begun with his order: it is ${one?.status ?? "not there"}`;
  });
};

export const lesson: Lesson = {
  title: "From a monolith: the decomposed saga",
  see: { screen: "saga", line: "npm run lesson m4 -- --run" },
  promise: orderedOnce,
  sabotage: [
    {
      file: FRONT,
      find: "    const earlier = orderOf(reader, asked.customerId, asked.request);\n    if (earlier) return shown(earlier);\n",
      replace: "",
    },
  ],
  says,
  exercise: {
    task: "The saga has taken over, and dead letters came with it: start-fulfilment says that there is no such order. They are about orders that nobody waits for: the monolith has placed them, and has ended them, too. Find in docs/lessons/migration/4-saga what is done too early, and set it right.",
    prepare: [
      {
        file: HAND_OVER,
        find: '  await placedBy("nobody");\n',
        replace: '  await newShop.letSagasBegin(true);\n  await placedBy("nobody");\n',
      },
      {
        file: HAND_OVER,
        find: "take back.`);\n  await newShop.letSagasBegin(true);\n",
        replace: "take back.`);\n",
      },
    ],
    tests: [
      {
        name: "who sends an order again after the switch has one order",
        holds: orderedOnce,
        hint: "That is the promise of the lesson itself: look at what you have changed in docs/lessons/migration/4-saga. Who looks into the old book, and who lets sagas begin?",
      },
      {
        name: "orders that are under way when the saga takes over end as they began",
        holds: endsRight,
        hint: "Whoever hears an OrderPlaced while sagas may begin, begins one. Whose OrderPlaced may still be in the monolith's outbox then?",
      },
      {
        name: "who orders while the monolith hands over does not wait for a saga that nobody begins",
        holds: nobodyWaits,
        hint: "Orders are sent to the shop as soon as the saga places them. Who begins with one that comes before sagas may begin? And what does `handOver` do the second time, when the process ended between the two?",
      },
    ],
    seeds: false,
  },
  beside: runs(APP, ["moveStock", "listFrom/view", "handOver", "takeBack"], ["left"]),
};

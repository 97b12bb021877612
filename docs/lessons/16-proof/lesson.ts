import { defect } from "../../../local/lessons/defect.ts";
import type { Lesson, Promised } from "../../../local/lessons/lesson.ts";
import type { Brought } from "../../../local/sim/mutants/mutant.ts";

/** Two orders of a bale of hay at once, and calls that take their time. */
const crowd: Brought = { plain: true, by: ["late-answer", "delay"], often: 0.3 };

const says =
  "Seed 3: two customers buy a bale of hay each at the same moment. Both are sold, and the shelf counts one: 11 are left of 12.";

const atOnce: Promised = async ({ seed }) => {
  for (const number of [1, 2, 3]) {
    const broken = await seed(number, crowd);
    if (!broken) continue;
    const { invariant, what } = broken;
    return number === 3 && what === "prd_hay: 11 + 2 is not 12"
      ? says
      : `Seed ${number} breaks ${invariant}: ${what}`;
  }
  return undefined;
};

const oneAlone: Promised = async ({ shop }) => {
  const order = await shop.order();
  await shop.settle();
  const { status } = await shop.read(order);
  return status === "CONFIRMED" ? undefined : `one order alone is ${status}`;
};

/** Two orders, and deliveries that come twice. */
const postmen: Brought = { plain: true, by: ["duplicate"], often: 0.3 };

const someSeeds: Promised = async ({ seed }) => {
  for (const number of [1, 2, 3]) {
    const broken = await seed(number, postmen);
    if (broken) return `seed ${number} breaks ${broken.invariant}: ${broken.what}`;
  }
  return undefined;
};

const PROJECTION = "packages/core/src/projection.ts";
const ONCE = '"NOT contains(#seen, :place)"';
const EACH_TIME = '"attribute_not_exists(seenAll) OR contains(#seen, :place)"';

export const lesson: Lesson = {
  title: "Proof: a seed finds your bug",
  see: { screen: "break", line: "npm run sim -- --seeds 5 --orders 3..5" },
  promise: atOnce,
  sabotage: defect("stock-written-at-any-version"),
  says,
  exercise: {
    task: "There is a defect somewhere in services/ or packages/. One order alone goes well, and every line reads well. Run `npm run sim -- --seeds 5 --orders 3..5` in your copy: it tells the shortest story that breaks a promise. Find the line, and mend it.",
    prepare: [{ file: PROJECTION, find: ONCE, replace: EACH_TIME }],
    tests: [
      {
        name: "one order alone goes well",
        holds: oneAlone,
        hint: "It did when you began: what have you changed?",
      },
      {
        name: "orders go well whose deliveries come twice",
        holds: someSeeds,
        hint: "The story names what came twice, and the promise what it did: I12 is that an event has one effect. Who hears events and has something to read for customers? Look for the condition under which it writes.",
      },
      {
        name: "two orders at once go well",
        holds: atOnce,
        hint: "That is the promise of the lesson itself: look at the condition in services/inventory/src/adapters/shelf.ts.",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: that is what seeds are for. Read which one.",
  },
};

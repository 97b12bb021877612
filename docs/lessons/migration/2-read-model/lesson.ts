import type { Lesson, Promised, Shop } from "../../../../local/lessons/lesson.ts";
import { type Beside, beside } from "../beside-shop.ts";
import { runs } from "../run.ts";

const APP = "docs/lessons/migration/2-read-model/app.ts";
const BACKFILL = "docs/lessons/migration/2-read-model/backfill.ts";
const DARK_READS = "docs/lessons/migration/2-read-model/dark-reads.ts";
const OUTBOX = "docs/lessons/migration/1-events/outbox.ts";
const MONOLITH = "docs/lessons/migration/monolith/app.ts";
type App = typeof import("./app.ts");
type World = Beside<ReturnType<App["open"]>>;

const says =
  "Alice bought a lamp two months ago, and was told by e-mail that it is being packed. Today the orders of before were told to the read model, and she was told so again.";

const LAMP = "prd_basking-lamp";
const DAY = 24 * 3600_000;

/** What the read model is made to say of Alice's order, one after the other, and how its row is other then. */
const WRONG = {
  "that Alice's lamp is of 1999": { placedAt: { S: "1999-01-01T00:00:00.000Z" } },
  "that there is nothing in Alice's order": { lines: { L: [] } },
  "that Alice's lamp costs a cent": {
    total: { M: { amount: { N: "1" }, currency: { S: "USD" } } },
  },
  "that Alice's order is not confirmed yet": { status_2: { S: "PENDING" } },
  "another number of Alice's order": { orderId: { S: "ord_00000000000000000000000000" } },
};

/** Alice orders from the monolith as it was at first, two months before the read model is told of it. */
const withAnOldOrder = async (
  { shop, load }: Parameters<Promised>[0],
  story: (world: World) => Promise<string | undefined>,
) => {
  const [first, now] = [
    await load<typeof import("../monolith/app.ts")>(MONOLITH),
    await load<App>(APP),
  ];
  return beside(shop, first.open, async (before) => {
    before.dateBack(60 * DAY);
    await shop.drive(before.order("alice", LAMP));
    before.dateBack(0);
    const world = before.deploy(now.open);
    await shop.drive(world.monolith.backfill());
    await world.settle();
    return story(world);
  });
};

/** What the list of the monolith and that of the read model say of an order. */
const bothLists = async (shop: Shop, { monolith, list }: World) => {
  const lists: { orderId: string; placedAt: string }[][] = [];
  for (const source of ["database", "view"] as const) {
    await monolith.listFrom(source);
    lists.push(await shop.drive(list("alice")));
  }
  return lists as [(typeof lists)[0], (typeof lists)[0]];
};

const nobodyElseHears: Promised = (tried) =>
  withAnOldOrder(tried, async (world) => {
    if (world.toldTo().length > 1) return says;
    const [ours, theirs] = await bothLists(tried.shop, world);
    return ours.length === theirs.length
      ? undefined
      : `Alice has ${ours.length} orders in the monolith, and ${theirs.length} in the read model`;
  });

const comparedToTheWord: Promised = (tried) =>
  withAnOldOrder(tried, async ({ monolith, list }) => {
    const { local, drive } = tried.shop;
    const [order] = await drive(list("alice"));
    const TableName = local.nameOf("ReadTable");
    const Key = { pk: { S: order.orderId }, sk: { S: "ORDER" } };
    const { Item } = await local.call("dynamodb", "GetItem", { TableName, Key });
    const put = (other: object) =>
      local.call("dynamodb", "PutItem", { TableName, Item: { ...(Item as object), ...other } });
    await monolith.listFrom("both");
    await drive(list("alice"));
    for (const [what, other] of Object.entries(WRONG)) {
      const before = monolith.differences.length;
      await put(other);
      await drive(list("alice"));
      if (monolith.differences.length === before)
        return `the read model was made to say ${what}, and the dark reads found no difference`;
    }
    return undefined;
  });

const theSameInBoth: Promised = (tried) =>
  withAnOldOrder(tried, async (world) => {
    const [[ours], [theirs]] = await bothLists(tried.shop, world);
    return ours?.placedAt === theirs?.placedAt
      ? undefined
      : `Alice bought her lamp at ${ours?.placedAt}, and the new list says ${theirs?.placedAt}`;
  });

export const lesson: Lesson = {
  title: "From a monolith: a read model",
  see: { screen: "data", line: "npm run lesson m2 -- --run" },
  promise: nobodyElseHears,
  sabotage: [
    {
      file: BACKFILL,
      find: 'await newShop.tellOnly("OrderViews", event);',
      replace: "await newShop.publish([event]);",
    },
  ],
  says,
  exercise: {
    task: "For a week the monolith has compared its list with the read model's, and found no difference. Then the list was switched, and now customers write that all their old orders are of today. Two things are wrong, in docs/lessons/migration/1-events and in 2-read-model. Mend first the one that would have told you of the other.",
    prepare: [
      {
        file: DARK_READS,
        find: "({ orderId, status, lines, total, placedAt }: ReturnType<typeof shown>) => ({\n  ...{ orderId, status, lines, total, placedAt },\n",
        replace:
          "({ orderId, status, total }: ReturnType<typeof shown>) => ({\n  ...{ orderId, status, total },\n",
      },
      {
        file: OUTBOX,
        find: "    { ...seals(OrderPlaced(order), 1), time: order.placedAt },",
        replace: "    seals(OrderPlaced(order), 1),",
      },
    ],
    tests: [
      {
        name: "the read model hears of old orders, and nobody else does",
        holds: nobodyElseHears,
        hint: "That is the promise of the lesson itself: look at what you have changed in docs/lessons/migration/1-events and 2-read-model. Who is told of an old order?",
      },
      {
        name: "the dark reads compare all that a customer reads",
        holds: comparedToTheWord,
        hint: "Look at what 2-read-model/dark-reads.ts takes for the same. Which members of an order does nobody look at?",
      },
      {
        name: "an old order is as old in the new list as in the old one",
        holds: theSameInBoth,
        hint: "Where does the read model take the date of an order from (services/read-side/src/domain/order-view.ts, placedAt), and who writes it?",
      },
    ],
    seeds: false,
  },
  beside: runs(
    APP,
    ["backfill", "listFrom/both", "listFrom/view", "listFrom/database"],
    ["differences"],
  ),
};

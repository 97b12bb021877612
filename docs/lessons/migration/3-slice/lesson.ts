import type { Lesson, Promised } from "../../../../local/lessons/lesson.ts";
import { spoil } from "../../../../local/spoil.ts";
import { beside } from "../beside-shop.ts";
import { runs } from "../run.ts";

const APP = "docs/lessons/migration/3-slice/app.ts";
const STOCK = "docs/lessons/migration/3-slice/stock.ts";
const MOVE = "docs/lessons/migration/3-slice/move-stock.ts";
type App = typeof import("./app.ts");
type Call = Parameters<Parameters<typeof spoil>[1]>[0];

const says =
  "There is one Iggy the iguana, and two have paid for him: Alice, whose bank was still thinking when the stock was counted, and Bob, who got him from the inventory.";

const IGUANA = "prd_iguana";
const MINUTE = 60_000;

/** Alice's bank thinks for twenty seconds; meanwhile the stock moves, and then Bob comes. */
const soldOnce: Promised = async ({ shop, load }) => {
  const { open } = await load<App>(APP);
  return beside(shop, open, async ({ monolith, company, order, settle }) => {
    const alices = order("alice", IGUANA, { token: "tok_late" });
    await shop.clock.advance(1_000);
    await shop.drive(Promise.all([alices, monolith.moveStock()]));
    await settle();
    const bobs = await shop.drive(order("bob", IGUANA));
    await settle();
    if (company.taken.length > 1) return says;
    const [paid] = company.taken;
    const { status } = await alices;
    return status === 201 && bobs.status === 409
      ? undefined
      : `Alice's order was answered with ${status}, Bob's with ${bobs.status}, and ${paid ? "one has paid" : "nobody has paid"}`;
  });
};

/** What is sold is marked as sold, though the inventory cannot be reached at the moment when it should be, and the process ends. */
const staysSold: Promised = async ({ shop, load }) => {
  const { open } = await load<App>(APP);
  return beside(shop, open, async ({ monolith, company, order, settle, deploy }) => {
    await shop.drive(monolith.moveStock());
    await settle();
    const isCommit = ({ operation, input }: Call) =>
      operation === "Invoke" && /CommitStock/.test(input.FunctionName);
    spoil(shop.local, isCommit, "is lost", 1);
    await shop.drive(order("alice", IGUANA));
    const restarted = deploy(open);
    await restarted.settle();
    await restarted.settle();
    await shop.clock.advance(70 * MINUTE);
    await shop.drive(restarted.order("bob", IGUANA));
    await restarted.settle();
    return company.taken.length === 1
      ? undefined
      : "Alice has paid for Iggy the iguana; the inventory did not hear that he is sold, and an hour later he was Bob's";
  });
};

/** A card that is declined lets go of what it held. */
const letsGo: Promised = async ({ shop, load }) => {
  const { open } = await load<App>(APP);
  return beside(shop, open, async ({ monolith, order, settle }) => {
    await shop.drive(monolith.moveStock());
    await settle();
    await shop.drive(order("bob", IGUANA, { token: "tok_decline" }));
    const { status } = await shop.drive(order("alice", IGUANA));
    return status === 201
      ? undefined
      : "Bob's card was declined, and Iggy the iguana is still held for him: Alice reads that he is sold out";
  });
};

export const lesson: Lesson = {
  title: "From a monolith: a slice with its transaction",
  see: { screen: "data", line: "npm run lesson m3 -- --run" },
  promise: soldOnce,
  sabotage: [
    {
      file: MOVE,
      find: '  await transaction((sql) => {\n    if (ownerOf(sql) !== "monolith") return;\n',
      replace:
        '  const counted = there(allProducts(reader));\n  await transaction((sql) => {\n    if (ownerOf(sql) !== "monolith") return;\n',
    },
    {
      file: MOVE,
      find: "write(sql, move, there(allProducts(sql)));",
      replace: "write(sql, move, counted);",
    },
  ],
  says,
  exercise: {
    task: "An animal was sold twice, to customers who came more than an hour apart; another is for sale to nobody since a card was declined. The inventory holds for an hour what is reserved, and keeps for good what it is told is sold. Somebody thought that docs/lessons/migration/3-slice/stock.ts could do without the table to_commit, and lets the inventory be told at once: the table is still there, and nothing is written into it any more. Find out what it was for, and use it again.",
    prepare: [
      {
        file: STOCK,
        find: '    sql.prepare("INSERT INTO to_commit VALUES (?)").run(order.orderId);\n',
        replace: '    void ask(newShop, "CommitStock", order).catch(() => {});\n',
      },
    ],
    tests: [
      {
        name: "stock that moves while an order is under way is sold once",
        holds: soldOnce,
        hint: "That is the promise of the lesson itself: look at what you have changed in docs/lessons/migration/3-slice. Whose is the stock while an order is under way?",
      },
      {
        name: "what is paid for stays sold, though the inventory is away for a moment",
        holds: staysSold,
        hint: "The inventory may not answer, or the process may die before it asks. Who remembers then that somebody has to tell it? `commitSold` asks again until it is done: of what?",
      },
      {
        name: "a card that is declined lets go of what was held for it",
        holds: letsGo,
        hint: "What was reserved can be released; what was sold cannot. What has to be known before the inventory is told that it is sold?",
      },
    ],
    seeds: false,
  },
  beside: runs(APP, ["moveStock", "moveBack"]),
};

import { defect } from "../../../local/lessons/defect.ts";
import type { Lesson, Promised, Shop } from "../../../local/lessons/lesson.ts";
import { by, hear, isWrite, spoil } from "../../../local/spoil.ts";

type Call = Parameters<typeof isWrite>[0];

const says =
  "Alice's order is confirmed and paid for, and nobody was told: she gets no e-mail, and her page says PENDING for ever.";

/** The next write of a function is done, and its process dies before it can go on. */
const dieAfterWriting = (shop: Shop, name: string) =>
  spoil(
    shop.local,
    (call) => by(name)(call) && isWrite(call),
    "is done, and its function crashes",
    1,
  );

/** The tables that a write changes. */
const tablesOf = ({ input }: Call): string[] =>
  (input.TransactItems ?? [{ Put: input }])
    .flatMap((item: Record<string, { TableName: string }>) => Object.values(item))
    .map(({ TableName }: { TableName: string }) => TableName);

/** What a function tells, it tells in the transaction in which it does it: in no other one, before or after. */
const inOneTransaction = async (shop: Shop, name: string, context: string) => {
  const writes = hear(shop.local, (call) => by(name)(call) && isWrite(call));
  await shop.order();
  await shop.settle();
  const apart = writes.map(tablesOf).find((tables) => {
    const [rows, told] = ["Table", "Outbox"].map((table) =>
      tables.some((one) => one.includes(`-${context}${table}`)),
    );
    return told && !rows;
  });
  return (
    apart &&
    `${name} tells what it did in a transaction of its own: whoever dies before or after it leaves a tale without a deed, or a deed without a tale`
  );
};

const atThePivot: Promised = async ({ shop }) => {
  dieAfterWriting(shop, "ConfirmOrder");
  const order = await shop.order();
  await shop.settle();
  const { status } = await shop.read(order);
  return status === "CONFIRMED" ? inOneTransaction(shop, "ConfirmOrder", "Orders") : says;
};

const atTheShelf: Promised = async ({ shop }) => {
  dieAfterWriting(shop, "ReserveStock");
  await shop.place({ lines: [{ productId: "prd_parrot", quantity: 1 }] });
  await shop.settle();
  const [broken] = await shop.broken();
  if (broken) return `a parrot was reserved, and the shop's page still offers it (${broken})`;
  return inOneTransaction(shop, "ReserveStock", "Inventory");
};

export const lesson: Lesson = {
  title: "The dual write, and the outbox",
  see: { screen: "break", line: "npm run shop -- pause relay" },
  promise: atThePivot,
  sabotage: defect("events-after-the-commit"),
  says,
  exercise: {
    task: "Customers write that the shop's page offers animals that are gone, one in some thousands. Somebody has made a store in services/inventory easier to read. Find what it promises no more, and give it back.",
    prepare: defect("stock-events-after-the-commit"),
    tests: [
      {
        name: "an order is told of, though its function dies after it wrote",
        holds: atThePivot,
        hint: "That is the promise of the lesson itself: look at what you have changed in packages/core.",
      },
      {
        name: "a reservation is told of, though its function dies after it wrote",
        holds: atTheShelf,
        hint: "Look for two awaited writes, one after the other, in services/inventory/src/adapters: what does a process leave behind that dies between them?",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one, and compare your copy of services/inventory/src/adapters/reservations.ts with packages/core/src/aggregate-store.ts.",
  },
};

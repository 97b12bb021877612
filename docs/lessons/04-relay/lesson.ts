import { defect } from "../../../local/lessons/defect.ts";
import type { Lesson, Promised, Shop } from "../../../local/lessons/lesson.ts";
import { spoil } from "../../../local/spoil.ts";

const says =
  "EventBridge was busy and refused the news that Alice's order is confirmed, answered 200, and nobody looked: she gets no e-mail, and her page says PENDING for ever.";

type Entry = { DetailType: string };
type Entries = { Entries: Entry[] };
type Answer = { FailedEntryCount: number; Entries: object[] };

const MINUTE = 60_000;

const isNews = ({ DetailType }: Entry) => DetailType.startsWith("orders.OrderConfirmed.");

/** The bus takes all of a call but the news that an order is confirmed, the first time that it hears it. */
const refuseTheNews = (shop: Shop) => {
  spoil(
    shop.local,
    ({ operation, input }) => operation === "PutEvents" && (input as Entries).Entries.some(isNews),
    async (call, next) => {
      const { Entries } = call.input as Entries;
      const taken = Entries.filter((entry) => !isNews(entry));
      const answer =
        taken.length > 0
          ? ((await next({ ...call, input: { ...call.input, Entries: taken } })) as Answer)
          : { FailedEntryCount: 0, Entries: [] };
      const said = [...answer.Entries];
      said.splice(Entries.findIndex(isNews), 0, { ErrorCode: "ThrottlingException" });
      return { FailedEntryCount: answer.FailedEntryCount + 1, Entries: said };
    },
    1,
  );
};

const isToldInTheEnd: Promised = async ({ shop }) => {
  refuseTheNews(shop);
  const order = await shop.order();
  await shop.settle();
  const { status } = await shop.read(order);
  return status === "CONFIRMED" ? undefined : says;
};

/** For two hours no call reaches the bus that has the news in it: that is longer than the stream's patience. */
const afterAnOutage: Promised = async ({ shop }) => {
  const { stop } = spoil(
    shop.local,
    ({ operation, input }) => operation === "PutEvents" && (input as Entries).Entries.some(isNews),
    "is lost",
  );
  const order = await shop.order();
  await shop.clock.advance(120 * MINUTE);
  stop();
  await shop.clock.advance(30 * MINUTE);
  const { status } = await shop.read(order);
  if (status === "CONFIRMED") return undefined;
  const { outboxes } = await shop.books();
  return `the bus is back since half an hour, Alice reads that her order is ${status}, and ${outboxes.length || "no"} rows of an outbox know better`;
};

const ROWS = "packages/core/src/publish-rows.ts";
const AFTER = `const tell = async <Row extends OutboxRow>({ bus, table }: Outbox, rows: readonly Row[]) => {
  const refused`;
const BEFORE = `const tell = async <Row extends OutboxRow>({ bus, table }: Outbox, rows: readonly Row[]) => {
  // Before they go out, so that none goes out twice.
  await deleteTogether(table, rows);
  const refused`;
const DELETED = `  // A row that stays although its event went out is only published again: consumers skip what they have seen.
  await deleteTogether(table, taken);
`;

export const lesson: Lesson = {
  title: "A relay that loses nothing",
  see: { screen: "messages/queues", line: "npm run shop -- scenario relay-down" },
  promise: isToldInTheEnd,
  sabotage: defect("failed-entries-ignored"),
  says,
  exercise: {
    task: "After an outage of the bus, orders of that time stay PENDING on their customers' pages, although their sagas have ended. Somebody did not like that events go out twice now and then, and has changed the relay. Find out what it costs, and change it back: twice is what consumers can bear.",
    prepare: [
      { file: ROWS, find: AFTER, replace: BEFORE },
      { file: ROWS, find: DELETED, replace: "" },
    ],
    tests: [
      {
        name: "what the bus refused once is told in the end",
        holds: isToldInTheEnd,
        hint: "PutEvents answers 200 for a call of which it refused a part. Which rows may be gone afterwards, and which may not?",
      },
      {
        name: "what no call could tell for two hours is told when the bus is back",
        holds: afterAnOutage,
        hint: "The stream gives up after ten attempts, or an hour. From then on only the sweeper is left, and it reads the table: what does it find there?",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one, and compare your copy of packages/core/src/publish-rows.ts with the checkout.",
    solution: [
      { file: ROWS, find: BEFORE, replace: AFTER },
      {
        file: ROWS,
        find: "  const taken = rows.filter((_, i) => !refused.has(i));\n",
        replace: `  const taken = rows.filter((_, i) => !refused.has(i));\n${DELETED}`,
      },
    ],
  },
};

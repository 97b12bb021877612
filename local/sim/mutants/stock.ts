import { type Mutant, struck } from "./mutant.ts";

const RULES = "services/inventory/src/domain/reservation.ts";

/** Stock: sold once, held for a time, given back. */
export const stock: Mutant[] = [
  {
    name: "reserved-without-asking-the-shelf",
    published: 11,
    defect: "To reserve is an unconditional addition: two customers buy the last parrot.",
    patches: [{ file: RULES, find: "if (!short)", replace: "if (!short || status)" }],
    brought: { exactly: [] },
  },
  {
    name: "stock-written-at-any-version",
    published: 11,
    defect:
      "A stock item is written whoever was faster: two customers at once buy the last parrot.",
    patches: [
      {
        file: "services/inventory/src/adapters/shelf.ts",
        find: ".where(({ version }, { eq }) => eq(version, before))",
        replace: "",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("ReserveStock dynamodb.BatchGetItem:Inventory order-1", "late-answer"),
    },
  },
  {
    name: "reservation-written-at-any-version",
    published: 16,
    defect:
      "A reservation is written whatever happened to it meanwhile: a late reserve takes the place of its release.",
    patches: [
      {
        file: "services/inventory/src/adapters/reservations.ts",
        find: ".where(({ version }, { eq, notExists }) => (from ? eq(version, from) : notExists(version)))",
        replace: "",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("CommitStock dynamodb.TransactWriteItems:Inventory order-1", "zombie"),
      cancels: ["sold", 30_000],
    },
  },
  {
    name: "no-tombstone-of-a-reservation",
    published: 21,
    defect:
      "A release with nothing to release leaves no trace: a reserve that comes later holds stock for nobody.",
    patches: [
      {
        file: RULES,
        find: 'return ok([ReservationClosed({ orderId, as: "RELEASED" })]);',
        replace: "return ok([]);",
      },
    ],
    elsewhere: "services/inventory/src/domain/reservation.test.ts",
  },
  {
    name: "committed-without-a-look",
    defect:
      "What was held for too long is sold without a look at the shelf: it was sold to somebody else.",
    patches: [{ file: RULES, find: "if (shortOf(shelf, held))", replace: "if (!held)" }],
    elsewhere: "services/inventory/src/domain/reservation.test.ts",
  },
  {
    name: "sold-goods-not-returned",
    defect: "Goods of an order that was cancelled after it was sold do not come back to the shelf.",
    patches: [
      {
        file: RULES,
        find: 'if (status === "SOLD") return ok([StockReturned({ orderId, lines: putBack(shelf, held) })]);',
        replace: 'if (status === "SOLD") return ok([]);',
      },
    ],
    brought: { plain: true, cancels: ["sold", 3_000] },
  },
  {
    name: "committed-twice",
    published: 23,
    defect:
      "Goods that were sold are sold again when the step is repeated after its answer was lost: the order needs a person.",
    patches: [
      {
        file: RULES,
        find: 'if (status === "SOLD" || status === "RETURNED") return ok([]);\n        if (status !== "EXPIRED")',
        replace: 'if (status !== "EXPIRED")',
      },
    ],
    brought: {
      plain: true,
      exactly: struck("FulfilOrder lambda.Invoke:CommitStock order-1", "lost-answer"),
    },
  },
  {
    name: "reservations-never-expire",
    defect:
      "The sweeper of reservations is off: what is held for an order that is stuck stays held.",
    graph: [
      {
        resource: "SweepReservationsTimerSchedule",
        find: '"state":"ENABLED"',
        replace: '"state":"DISABLED"',
      },
    ],
    brought: { plain: true, cards: ["tok_late"], stops: "authorizing", lasts: 80 * 60_000 },
  },
  {
    name: "left-out-counts-as-absent",
    defect: "What DynamoDB left out of a batch counts as not there: a full shelf looks empty.",
    patches: [
      {
        file: "packages/core/src/together.ts",
        find: "return UnprocessedKeys?.[table]?.Keys ?? [];",
        replace: "return UnprocessedKeys?.[table]?.Keys?.slice(0, 0) ?? [];",
      },
    ],
    brought: { plain: true, by: ["partial-batch-read"], often: 0.5 },
  },
];

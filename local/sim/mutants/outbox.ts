import { type Mutant, struck } from "./mutant.ts";

const sweepersOff = ["Orders", "Inventory", "Payments"].map((context) => ({
  resource: `${context}SweepOutboxTimerSchedule`,
  find: '"state":"ENABLED"',
  replace: '"state":"DISABLED"',
}));

/** Between a change and whoever has to hear of it: the outbox, its relay, the bus. */
export const outbox: Mutant[] = [
  {
    name: "events-after-the-commit",
    published: 7,
    defect:
      "An order is written, then its event: where the function ends in between, nobody ever hears of the order.",
    patches: [
      {
        file: "packages/core/src/aggregate-store.ts",
        find: "await saveTogether(id, [row, ...outbox, ...also], 1);",
        replace:
          "await saveTogether(id, [row, ...also], 1);\n      await saveTogether(id, outbox, 0);",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("ConfirmOrder dynamodb.TransactWriteItems:Orders order-1", "crash-after"),
    },
  },
  {
    name: "events-before-the-commit",
    defect: "Events are told of a change that is then refused: others act on what never happened.",
    patches: [
      {
        file: "packages/core/src/aggregate-store.ts",
        find: "await saveTogether(id, [row, ...outbox, ...also], 1);",
        replace:
          "await saveTogether(id, outbox, 1);\n      await saveTogether(id, [row, ...also], 1);",
      },
    ],
    brought: {
      plain: true,
      exactly: struck(
        "ConfirmOrder dynamodb.TransactWriteItems:OrdersOutbox order-1",
        "crash-after",
      ),
      cancels: ["confirming", 200],
    },
  },
  {
    name: "stock-events-after-the-commit",
    published: 7,
    defect:
      "Stock moves, then its event is written: where the function ends in between, the shop's page offers what is gone.",
    patches: [
      {
        file: "services/inventory/src/adapters/reservations.ts",
        find: "      ...stockWrites(events, shelf),\n      ...outboxRows(Resource.InventoryOutbox.name, publishedOf(events), place),\n    ]);",
        replace:
          "      ...stockWrites(events, shelf),\n    ]);\n    const told = outboxRows(Resource.InventoryOutbox.name, publishedOf(events), place);\n    if (told.length > 0) await saveTogether(id, told, 0);",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("ReserveStock dynamodb.TransactWriteItems:Inventory order-1", "crash-after"),
    },
  },
  {
    name: "payment-events-after-the-commit",
    published: 7,
    defect:
      "A payment is written down, then its event: where the function ends in between, the customer never reads that they paid.",
    patches: [
      {
        file: "packages/core/src/event-store.ts",
        find: "        ...outboxRows(outbox, published, { source, type, id, from: publishedBefore }),\n        ...also,\n      ];",
        replace:
          "        ...also,\n      ];\n      const told = outboxRows(outbox, published, { source, type, id, from: publishedBefore });\n      await saveTogether(id, writes, events.length);\n      if (told.length > 0) return saveTogether(id, told, 0);\n      if (told.length === 0) return;",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("CapturePayment dynamodb.TransactWriteItems:Payments order-1", "crash-after"),
    },
  },
  {
    name: "relay-swallows-what-failed",
    published: 3,
    defect:
      "The relay says that all went well and tidies up, whatever did not: an event that the bus did not take is lost.",
    patches: [
      {
        file: "packages/core/src/publish-rows.ts",
        find: "return [...left];",
        replace: "await deleteTogether(outbox.table, [...left]);\n  return [];",
      },
    ],
    brought: { plain: true, by: ["partial-put-events"], often: 0.8 },
  },
  {
    name: "relay-deletes-first",
    defect:
      "A row is deleted before its event is published. The stream brings the row again for a while; of what the bus does not take for longer nothing is left.",
    patches: [
      {
        file: "packages/core/src/publish-rows.ts",
        find: "const refused = await publish(",
        replace: "await deleteTogether(table, rows);\n  const refused = await publish(",
      },
    ],
    brought: {
      plain: true,
      lasts: 30 * 60_000,
      exactly: struck(
        "OrdersRelayOutbox events.PutEvents:orders.OrderConfirmed.v1 order-1",
        "outage",
      ),
    },
  },
  {
    name: "outbox-sweepers-off",
    defect:
      "The schedules of the outboxes' sweepers are off. The stream brings a row again for a while; what the bus does not take for longer is never told.",
    graph: sweepersOff,
    brought: {
      plain: true,
      lasts: 30 * 60_000,
      exactly: struck(
        "OrdersRelayOutbox events.PutEvents:orders.OrderConfirmed.v1 order-1",
        "outage",
      ),
    },
  },
  {
    name: "failed-entries-ignored",
    published: 17,
    defect:
      "PutEvents succeeds as a call, and nobody looks at its entries: an event that was not taken is lost.",
    patches: [
      {
        file: "packages/core/src/bus.ts",
        find: ".filter((i) => !Entries[i]?.EventId)",
        replace: ".filter(() => false)",
      },
    ],
    brought: { plain: true, by: ["partial-put-events"], often: 0.2 },
  },
  {
    name: "highest-failure-reported",
    defect:
      "The relay reports the last row that failed instead of the first, and the stream goes on past the others. (The outbox's sweeper is off: it makes up for it.)",
    patches: [
      {
        file: "packages/core/src/relay.ts",
        find: "const [left] = await publishRows(outbox, await readRows(outbox, rows), time);",
        replace:
          "const left = (await publishRows(outbox, await readRows(outbox, rows), time)).at(-1);",
      },
    ],
    graph: sweepersOff,
    brought: { plain: true, by: ["partial-put-events"], often: 0.9 },
    elsewhere: "local/test/relay.system.test.ts",
  },
  {
    name: "nobody-reads-failed-rows",
    published: 2,
    defect: "The relay gives a row up, and nothing reads it again: an outbox without a sweeper.",
    patches: [
      {
        file: "packages/core/src/publish-rows.ts",
        find: "return [...left];",
        replace: "return [];",
      },
      {
        file: "packages/core/src/sweep-outbox.ts",
        find: "envelope.time <= then",
        replace: 'envelope.time <= then && envelope.time < ""',
      },
    ],
    brought: { plain: true, by: ["partial-put-events"], often: 0.8 },
  },
  {
    name: "answers-of-the-relay-not-read",
    defect:
      "The stream's mapping does not say that answers name the record that failed: all count as published. (The outbox's sweeper is off: it makes up for it.)",
    graph: [
      {
        resource: "OrdersRelayOutboxMapping",
        find: '"functionResponseTypes":["ReportBatchItemFailures"]',
        replace: '"functionResponseTypes":[]',
      },
      ...sweepersOff,
    ],
    brought: { plain: true, by: ["partial-put-events"], often: 0.9 },
  },
];

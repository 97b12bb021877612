import type { Mutant } from "./mutant.ts";

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
  },
  {
    name: "relay-swallows-what-failed",
    published: 3,
    defect:
      "The relay says that all went well whatever did not: an event that the bus did not take waits for the sweeper, and its stream has gone on.",
    patches: [
      {
        file: "packages/core/src/publish-rows.ts",
        find: "return [...left];",
        replace: "return [];",
      },
    ],
  },
  {
    name: "relay-deletes-first",
    defect:
      "A row is deleted before its event is published: an event that the bus does not take is lost.",
    patches: [
      {
        file: "packages/core/src/publish-rows.ts",
        find: "const refused = await publish(",
        replace: "await deleteTogether(table, rows);\n  const refused = await publish(",
      },
    ],
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
  },
  {
    name: "highest-failure-reported",
    defect:
      "The relay reports the last row that failed instead of the first: the stream goes on past the others.",
    patches: [
      {
        file: "packages/core/src/relay.ts",
        find: "const [left] = await publishRows(outbox, await readRows(outbox, rows), time);",
        replace:
          "const left = (await publishRows(outbox, await readRows(outbox, rows), time)).at(-1);",
      },
    ],
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
  },
  {
    name: "outbox-sweepers-off",
    defect:
      "The schedules of the outboxes' sweepers are off: what the relay could not publish for a day is never told.",
    graph: ["Orders", "Inventory", "Payments"].map((context) => ({
      resource: `${context}SweepOutboxTimerSchedule`,
      find: '"state":"ENABLED"',
      replace: '"state":"DISABLED"',
    })),
  },
];

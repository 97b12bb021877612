import { type Mutant, struck } from "./mutant.ts";

/** Whoever hears of events: queues' consumers, rules' targets, views, e-mails. */
export const consumers: Mutant[] = [
  {
    name: "failures-acknowledged",
    published: 1,
    defect: "A message whose handling failed is acknowledged: its event is lost.",
    patches: [
      {
        file: "packages/core/src/queue-consumer.ts",
        find: "failed.push(record);",
        replace: "void failed;",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("ProjectOrders dynamodb.UpdateItem:Read order-1", "server-error", 6),
    },
  },
  {
    name: "target-swallows-its-failure",
    published: 1,
    defect:
      "A rule's target logs what went wrong and ends well: its event is lost, and an order never begins. (The sweeper of sagas and the nightly comparison are off: they make up for it.)",
    patches: [
      {
        file: "packages/core/src/subscriber.ts",
        find: "hearDetail(contracts, hear, event.detail);",
        replace: "hearDetail(contracts, hear, event.detail).catch(() => {});",
      },
    ],
    graph: [
      {
        resource: "ReconcileTimerSchedule",
        find: '"state":"ENABLED"',
        replace: '"state":"DISABLED"',
      },
      {
        resource: "SweepSagasTimerSchedule",
        find: '"state":"ENABLED"',
        replace: '"state":"DISABLED"',
      },
    ],
    brought: {
      plain: true,
      exactly: struck("StartFulfilment states.StartExecution order-1", "server-error", 3),
    },
  },
  {
    name: "batch-answers-not-read",
    defect:
      "The queue's mapping does not say that answers name the messages that failed: all count as done.",
    graph: [
      {
        resource: "ProjectOrdersMapping",
        find: '"functionResponseTypes":["ReportBatchItemFailures"]',
        replace: '"functionResponseTypes":[]',
      },
    ],
    brought: {
      plain: true,
      exactly: struck("ProjectOrders dynamodb.UpdateItem:Read order-1", "server-error", 6),
    },
  },
  {
    name: "seen-before-the-work",
    published: 20,
    defect:
      "A view notes that it has seen an event, then changes its row: where that fails, the event is skipped when it comes again.",
    patches: [
      {
        file: "packages/core/src/projection.ts",
        find: "  const isNew = await written(",
        replace: `  const isFirst = await written(
    client.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression: "ADD #seen :seen",
        ConditionExpression: "NOT contains(#seen, :place)",
        ExpressionAttributeNames: { "#seen": "seen" },
        ExpressionAttributeValues: { ":seen": new Set([placeOf(event)]), ":place": placeOf(event) },
      }),
    ),
  );
  if (!isFirst) return "seen";
  const isNew = await written(`,
      },
      {
        file: "packages/core/src/projection.ts",
        find: 'ConditionExpression: "NOT contains(#seen, :place)",\n        ExpressionAttributeNames: Object',
        replace:
          'ConditionExpression: "contains(#seen, :place)",\n        ExpressionAttributeNames: Object',
      },
    ],
    brought: {
      plain: true,
      exactly: struck("ProjectOrders dynamodb.UpdateItem:Read order-1", "crash-after"),
    },
  },
  {
    name: "view-takes-an-event-twice",
    published: 23,
    defect: "A view applies an event each time it comes: the customer reads twice that they paid.",
    patches: [
      {
        file: "packages/core/src/projection.ts",
        find: "NOT contains(#seen, :place)",
        replace: "attribute_not_exists(nothing) OR contains(#seen, :place)",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("rule:OrderViews sqs.SendMessage:OrderViews order-1", "duplicate"),
    },
  },
  {
    name: "stock-view-in-order-of-arrival",
    published: 22,
    defect:
      "The page of products shows what came last instead of what is newest: it offers what is gone.",
    patches: [
      {
        file: "services/read-side/src/adapters/product-views.ts",
        find: "#${newer.attribute} < :${newer.attribute}",
        replace:
          ":${newer.attribute} = :${newer.attribute} OR attribute_exists(#${newer.attribute})",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("rule:ProductViews sqs.SendMessage:ProductViews order-1", "reorder"),
      cancels: ["sold", 0],
    },
  },
  {
    name: "status-of-the-last-arrival",
    published: 22,
    defect:
      "An order's status is that of the event that came last: a confirmed order reads as pending.",
    patches: [
      {
        file: "services/read-side/src/domain/order-view.ts",
        find: "[`status_${aggregate.version}`]: status",
        replace: "[`status_${aggregate.version}`]: status, latest: status",
      },
      {
        file: "services/read-side/src/domain/order-view.ts",
        find: "  ...statusOf(row),",
        replace: '  ...statusOf(row),\n  ...("latest" in row && { status: row.latest as Status }),',
      },
    ],
    brought: {
      plain: true,
      exactly: struck("rule:OrderViews sqs.SendMessage:OrderViews order-1", "reorder"),
    },
  },
  {
    name: "mail-sent-again",
    published: 23,
    defect: "Nobody looks whether an e-mail was sent before: the customer gets it twice.",
    patches: [
      {
        file: "services/notifications/src/adapters/messages.ts",
        find: "(attribute_not_exists(#message) OR #message.#status = :released)",
        replace:
          "(attribute_exists(pk) OR attribute_not_exists(pk) OR #message.#status = :released)",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("rule:Notifications sqs.SendMessage:Notifications order-1", "duplicate"),
    },
  },
  {
    name: "mail-repeated-by-the-sdk",
    defect:
      "The SDK asks the mail service again after a lost answer: it has no key, and the customer gets two e-mails.",
    patches: [
      {
        file: "services/notifications/src/adapters/send-mail.ts",
        find: "maxAttempts: 1",
        replace: "maxAttempts: 3",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("NotifyCustomer ses.SendEmail order-1", "lost-answer"),
    },
  },
  {
    name: "claim-kept-after-a-refusal",
    published: 20,
    defect:
      "Who could not send an e-mail keeps the claim on it: it is never sent, and a person has to look.",
    patches: [
      {
        file: "services/notifications/src/adapters/notify.ts",
        find: "await release(held);",
        replace: "void release;",
      },
    ],
    brought: { plain: true, exactly: struck("NotifyCustomer ses.SendEmail order-1", "throttle") },
  },
  {
    name: "older-mail-after-a-newer",
    defect:
      "What was said about an order may be sent after something newer: the customer reads at last that a cancelled order is confirmed.",
    patches: [
      {
        file: "services/notifications/src/adapters/messages.ts",
        find: '["(attribute_not_exists(newest) OR newest <= :version)"]',
        replace: "[]",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("rule:Notifications sqs.SendMessage:Notifications order-1", "reorder"),
      cancels: ["sold", 0],
    },
  },
  {
    name: "newer-mail-overtakes-an-older",
    defect:
      "An e-mail goes out while an older one about the order is on its way, and comes before it: the last that the customer reads says that a cancelled order is confirmed.",
    patches: [
      {
        file: "services/notifications/src/adapters/messages.ts",
        find: "`NOT (#other${i}.#status = :claimed AND #other${i}.#at > :ended)`",
        replace:
          "`(attribute_not_exists(pk) OR attribute_exists(pk) OR (#other${i}.#status = :claimed AND #other${i}.#at > :ended))`",
      },
    ],
    brought: {
      plain: true,
      exactly: struck("NotifyCustomer ses.SendEmail order-1", "delay"),
      cancels: ["sold", 0],
    },
  },
];

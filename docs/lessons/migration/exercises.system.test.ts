import { expect, it } from "vitest";
import { codeOf } from "../../../local/lessons/code-of.ts";
import { failedTest } from "../../../local/lessons/grade.ts";
import * as events from "./1-events/lesson.ts";
import * as readModel from "./2-read-model/lesson.ts";
import * as saga from "./4-saga/lesson.ts";

const OUTBOX = "docs/lessons/migration/1-events/outbox.ts";
const DARK_READS = "docs/lessons/migration/2-read-model/dark-reads.ts";
const HAND_OVER = "docs/lessons/migration/4-saga/hand-over.ts";
const REMOVE = "    await remove(database, taken);\n";
const RETURN = "    if (refused.size > 0) return;\n";
const BEGIN = "  await newShop.letSagasBegin(true);\n";
const SAGA = '  await placedBy("saga");\n';

/** Poor solutions of the exercises, and what is said of them. */
it.each([
  {
    ...{ of: "m1: what was taken is told again", lesson: events.lesson },
    patch: { file: OUTBOX, find: REMOVE + RETURN, replace: RETURN + REMOVE },
    says: "is told of Bob's again each time",
  },
  {
    ...{ of: "m1: the bus is asked without an end", lesson: events.lesson },
    patch: { file: OUTBOX, find: RETURN, replace: "" },
    says: "without an end",
  },
  {
    ...{ of: "m2: lines are not compared", lesson: readModel.lesson },
    patch: {
      file: DARK_READS,
      find: "({ orderId, status, lines, total, placedAt }: ReturnType<typeof shown>) => ({\n  ...{ orderId, status, lines, total, placedAt },\n",
      replace:
        "({ orderId, status, total, placedAt }: ReturnType<typeof shown>) => ({\n  ...{ orderId, status, total, placedAt },\n",
    },
    says: "nothing in Alice's order",
  },
  {
    ...{ of: "m4: sagas begin after orders are sent to them", lesson: saga.lesson },
    patch: { file: HAND_OVER, find: BEGIN + SAGA, replace: SAGA + BEGIN },
    says: "nobody has begun with his order",
  },
  {
    ...{ of: "m4: sagas do not begin at all", lesson: saga.lesson },
    patch: { file: HAND_OVER, find: BEGIN, replace: "" },
    says: "Bob ordered after the switch",
  },
])("does not pass: $of", async ({ lesson, patch, says }) => {
  const failed = await failedTest(await codeOf({ patches: [patch] }), lesson.exercise);
  expect(failed?.what).toContain(says);
});

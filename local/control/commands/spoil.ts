import { AwsError, type Call } from "emulator/kernel/engine";
import { byFunctions, functionNamed, tableNamed, tablesIn } from "../calls.ts";
import type { Command } from "../command.ts";
import { plural, refuse } from "../told.ts";
import { lasting, needCount, needSpan, numberAmong, shownSpan } from "../words.ts";

const MINUTE = 60_000;

const slowTests =
  "Latency changes when things happen and not what: time-outs are third outcomes, no work is done twice.";
const throttleTests =
  "A throttled table delays and loses nothing: calls are tried again with growing pauses, and the API answers 503 before it writes anything.";
const conflictTests =
  "Two who write the same item at once: one is first, the other tries again on what is there now; nothing is oversold.";
const lostTests =
  "A lost answer is not a lost write: who asks again under the same key is told the same, and nothing is written twice.";

const inTransaction = (call: Call, table: string, Code: string) =>
  new AwsError(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${Code}]`,
    400,
    {
      CancellationReasons: tablesIn(call).map((name) =>
        name === table ? { Code } : { Code: "None" },
      ),
    },
  );

/** `slow`: each call that a function makes takes longer. */
export const slow: Command = {
  name: "slow",
  title: "Slow everything down",
  usage: "slow 2s [FUNCTION] [for 1m]",
  tells: "each AWS call of the functions, or of one of them, takes so much longer",
  hypothesis: slowTests,
  example: "slow 2s",
  run({ shop, faults }, words) {
    const { rest, ms } = lasting(words, MINUTE);
    const [word, who, more] = rest;
    if (more) refuse("How slow, and who? For instance: slow 2s CapturePayment for 1m.");
    const delay = needSpan(word, "How slow");
    if (delay > MINUTE) refuse("A call is slowed down by a minute at most.");
    const one = who === undefined ? undefined : functionNamed(shop, who);
    const all = byFunctions(shop);
    const { clock } = shop.cloud;
    const whose = one?.name ?? "the functions";
    faults.arm({
      what: `Each call of ${whose} takes ${shownSpan(delay)} longer.`,
      hypothesis: slowTests,
      ms,
      matches: (call) => (one ? call.caller.name === one.physical : all(call)),
      async gate(call, next) {
        await new Promise<void>((resolve) => clock.after(delay, "on the wire", resolve));
        return next(call);
      },
    });
    return {
      said: `Each call of ${whose} takes ${shownSpan(delay)} longer, for ${shownSpan(ms)}.`,
      next: "Bars grow longer and queues deeper; a function that comes to its time-out is tried again, and no order ends otherwise.",
    };
  },
};

/** `throttle`: a table refuses the functions' calls. */
export const throttle: Command = {
  name: "throttle",
  title: "Throttle a table",
  usage: "throttle TABLE [for 10s]",
  tells: "a table refuses every call of the functions, as above its capacity",
  hypothesis: throttleTests,
  example: "throttle inventory",
  run({ shop, faults }, words) {
    const { rest, ms } = lasting(words, 10_000);
    const [word, more] = rest;
    if (!word || more) refuse("Which table? For instance: throttle InventoryTable for 10s.");
    const { name, physical } = tableNamed(shop, word as string);
    const ofShop = byFunctions(shop);
    faults.arm({
      what: `${name} throttles.`,
      hypothesis: throttleTests,
      ms,
      matches: (call) => ofShop(call) && tablesIn(call).includes(physical),
      async gate(call) {
        if (call.operation === "TransactWriteItems")
          throw inTransaction(call, physical, "ThrottlingError");
        throw new AwsError("ThrottlingException", "Throughput exceeds the current capacity", 400);
      },
    });
    return {
      said: `${name} throttles every call, for ${shownSpan(ms)}.`,
      next: "Steps at this table fail and are tried again; where it is the orders' own table, POST /orders answers 503 with Retry-After. Then everything catches up.",
    };
  },
};

/** `conflict`: the next transactions on a table meet somebody else's. */
export const conflict: Command = {
  name: "conflict",
  title: "Let writes collide",
  usage: "conflict [TABLE] [N] [for 10m]",
  tells:
    "the next N transactions on a table are cancelled, for somebody else writes there (InventoryTable, 1)",
  hypothesis: conflictTests,
  example: "conflict inventory 2",
  run({ shop, faults }, words) {
    const { rest, ms } = lasting(words, 10 * MINUTE);
    const { number, others } = numberAmong(rest, "1", "How often");
    const [word = "InventoryTable", more] = others;
    if (more) refuse("Which table, and how often? For instance: conflict InventoryTable 2.");
    const { name, physical } = tableNamed(shop, word);
    const times = needCount(number, 1_000, "How often");
    const ofShop = byFunctions(shop);
    faults.arm({
      what: `Transactions on ${name} meet another, ${plural(times, "time")} at most.`,
      hypothesis: conflictTests,
      times,
      ms,
      matches: (call) =>
        ofShop(call) &&
        call.operation === "TransactWriteItems" &&
        tablesIn(call).includes(physical),
      gate: async (call) => {
        throw inTransaction(call, physical, "TransactionConflict");
      },
    });
    return {
      said: `The next ${times === 1 ? "transaction" : `${times} transactions`} on ${name} will be cancelled with TransactionConflict.`,
      next: "The write is tried again after a moment, and is there once.",
    };
  },
};

/** `lose answer of`: a call is done, and whoever made it never hears so. */
export const loseAnswer: Command = {
  name: "lose answer of",
  title: "Lose an answer",
  usage: "lose answer of CALL [by FUNCTION] [N] [for 10m]",
  tells: "the next N calls of this AWS operation are done, but their answer is lost (1)",
  hypothesis: lostTests,
  example: "lose answer of PutEvents",
  run({ shop, faults }, words) {
    const { rest, ms } = lasting(words, 10 * MINUTE);
    const { number, others } = numberAmong(rest, "1", "How often");
    const [operation = "", by, who, more] = others;
    if (!operation || more || (by !== undefined && (by !== "by" || !who)))
      refuse("Of which call? For instance: lose answer of PutEvents by OrdersRelayOutbox.");
    const known = Object.values(shop.cloud.engines).flatMap(({ operations }) =>
      Object.keys(operations),
    );
    const name = known.find((one) => one.toLowerCase() === operation.toLowerCase());
    if (!name)
      refuse(`There is no AWS operation ${operation} here; functions call ${usual.join(", ")}.`);
    const one = who === undefined ? undefined : functionNamed(shop, who);
    const times = needCount(number, 1_000, "How often");
    const ofShop = byFunctions(shop);
    faults.arm({
      what: `The answer of ${name}${one ? ` by ${one.name}` : ""} is lost, ${plural(times, "time")} at most.`,
      hypothesis: lostTests,
      times,
      ms,
      matches: (call) =>
        call.operation === name && (one ? call.caller.name === one.physical : ofShop(call)),
      async gate(call, next) {
        await next(call);
        throw new AwsError("InternalServerError", "The answer was lost on the way", 500);
      },
    });
    return {
      said: `The next ${times === 1 ? `${name} is` : `${times} ${name} are`} done${one ? ` for ${one.name}` : ""}, and the answer lost.`,
      next: "The call is made again, finds that it was done, and nothing happens twice.",
    };
  },
};

const usual = ["TransactWriteItems", "PutItem", "UpdateItem", "GetItem", "PutEvents"];
usual.push("SendMessage", "StartExecution", "SendTaskSuccess");

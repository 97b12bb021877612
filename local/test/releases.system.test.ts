import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Payment, statementOf } from "../../services/payment-provider/src/domain/payment.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { by, spoil } from "./spoil.ts";

const MINUTE = 60_000;
const SAGAS = ["FulfilOrder", "ReturnOrder"] as const;
const folder = join(import.meta.dirname, "releases");

/** What executions that a release began go by: its ladders, and what they were given. */
type Release = Record<(typeof SAGAS)[number], { definition: object; input: { orderId: string } }>;

let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

const machine = (name: string) =>
  `arn:aws:states:us-east-1:123456789012:stateMachine:petstore-local-${name}`;
const definitionOf = async (name: string) => {
  const answer = await shop.local.call("states", "DescribeStateMachine", {
    stateMachineArn: machine(name),
  });
  return JSON.parse(answer.definition);
};
const functionsIn = (definition: object) =>
  new Set(JSON.stringify(definition).match(/arn:aws:lambda:[^"]+/g) ?? []);

/** The only execution of a machine: how it ended, and what it was given. */
const executionOf = async (name: string) => {
  const { executions } = await shop.local.call("states", "ListExecutions", {
    stateMachineArn: machine(name),
  });
  expect(executions).toHaveLength(1);
  const { executionArn } = executions[0];
  const { status, input } = await shop.local.call("states", "DescribeExecution", { executionArn });
  return { status, input: JSON.parse(input) };
};

/** An order that is paid, and cancelled after it. */
const cancelled = async () => {
  const orderId = await shop.order();
  await shop.clock.advance(MINUTE);
  expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
  await shop.cancel(orderId);
  await shop.settle();
  return orderId;
};

// KEEP_RELEASE=2026-12-24 npm test -- local/test/releases   writes down the ladders of today, on the day of a release.
const keep = process.env.KEEP_RELEASE;
if (keep)
  it("writes down today's ladders, and what their executions are given", async () => {
    await cancelled();
    const release: Record<string, object> = {};
    for (const name of SAGAS) {
      const { input } = await executionOf(name);
      release[name] = { definition: await definitionOf(name), input };
    }
    writeFileSync(join(folder, `${keep}.json`), `${JSON.stringify(release, null, 2)}\n`);
  });

describe.each(globSync("*.json", { cwd: folder }))(
  "F32 an execution that the release %s began",
  (file) => {
    const release: Release = JSON.parse(readFileSync(join(folder, file), "utf8"));

    /** From now on, sagas begin as that release began them. Answers how to release today's. */
    const goBack = async () => {
      const today = await Promise.all(SAGAS.map(definitionOf));
      for (const name of SAGAS)
        await shop.local.call("states", "UpdateStateMachine", {
          stateMachineArn: machine(name),
          definition: JSON.stringify(release[name].definition),
        });
      const stop = shop.local.cloud.guard((call, next) => {
        if (call.operation !== "StartExecution") return next(call);
        const { stateMachineArn, name, input } = call.input;
        const saga = SAGAS.find((name) => stateMachineArn.endsWith(name)) as (typeof SAGAS)[number];
        const { orderId, paymentToken, cause } = JSON.parse(input);
        const old = { ...release[saga].input, orderId };
        // What differs from order to order, if that release said it at all.
        const own = Object.entries({ paymentToken, cause }).filter(([key]) => key in old);
        const given = JSON.stringify({ ...old, ...Object.fromEntries(own) });
        return next({ ...call, input: { stateMachineArn, name, input: given } });
      });
      return async () => {
        stop();
        for (const [i, name] of SAGAS.entries())
          await shop.local.call("states", "UpdateStateMachine", {
            stateMachineArn: machine(name),
            definition: JSON.stringify(today[i]),
          });
      };
    };

    it("finds each function that it calls, under its name", async () => {
      const { Functions } = await shop.local.call("lambda", "ListFunctions");
      const there = Functions.map(({ FunctionArn }: { FunctionArn: string }) => FunctionArn);
      for (const name of SAGAS) {
        const called = functionsIn(release[name].definition);
        expect(called.size).toBeGreaterThan(3);
        for (const arn of called) expect(there).toContain(arn);
      }
    });

    it.each([
      ["tok_approve", "CONFIRMED"],
      ["tok_late", "CONFIRMED"],
      ["tok_decline", "REJECTED"],
    ])("ends as it would have (%s: %s)", async (card, status) => {
      await goBack();
      const orderId = await shop.order(card);
      await shop.settle();
      expect(await shop.read(orderId)).toMatchObject({ status });
      expect((await executionOf("FulfilOrder")).status).toBe("SUCCEEDED");
      expect(await shop.broken()).toEqual([]);
    });

    it("I15 and that is stopped after today's release is run again by today's ladder, which undoes what it did", async () => {
      const release = await goBack();
      spoil(shop.local, by("ConfirmOrder"), "is lost");
      const orderId = await shop.order();
      await shop.clock.advance(MINUTE);
      await release();
      const refused = {
        errorType: "Refused",
        errorMessage: "OutOfStock: There is no more of it.",
        trace: [],
      };
      const Payload = Buffer.from(JSON.stringify(refused)).toString("base64");
      const { spoilt } = spoil(
        shop.local,
        ({ operation, input }) =>
          operation === "Invoke" && input.FunctionName.endsWith("-ReserveStockFunction"),
        () => Promise.resolve({ StatusCode: 200, FunctionError: "Unhandled", Payload }),
      );
      const executionArn = `${machine("FulfilOrder").replace(":stateMachine:", ":execution:")}:${orderId}`;
      await shop.local.call("states", "StopExecution", { executionArn });
      await shop.settle();
      expect(spoilt).toHaveLength(1);
      expect(await shop.read(orderId)).toMatchObject({ status: "REJECTED" });
      const { provider } = await shop.books();
      const payment = provider.get(orderId.replace("ord_", "pay_")) as Payment;
      expect(statementOf(payment, shop.clock.now()).status).toBe("voided");
      expect(await shop.broken()).toEqual([]);
    });

    it("gives back what its customer cancelled", async () => {
      await goBack();
      const orderId = await cancelled();
      expect(await shop.read(orderId)).toMatchObject({
        status: "CANCELLED",
        refunded: { amount: 499 },
      });
      for (const name of SAGAS) expect((await executionOf(name)).status).toBe("SUCCEEDED");
      expect(await shop.broken()).toEqual([]);
    });
  },
);

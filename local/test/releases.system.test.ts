import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Call } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Payment, statementOf } from "../../services/payment-provider/src/domain/payment.ts";
import { errorLineOf } from "../error-line.ts";
import { by, hear, isInvocationOf, refusedBy, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SAGAS = ["FulfilOrder", "ReturnOrder"] as const;
const folder = join(import.meta.dirname, "releases");

/** What a release left under way: the ladders that its executions go by, what they were given, and what lay in its queues. */
type Release = Record<
  (typeof SAGAS)[number],
  { definition: Ladder; input: { orderId: string } }
> & {
  messages?: Record<string, string[]>;
};
type Ladder = { States: Record<string, { Type: string }> };

/** A way that an order goes: what it is paid with, whether it is cancelled when it is paid, which step is refused for good, how it ends. */
type Way = { card?: string; cancels?: true; refused?: string; status: string };
const rejected: Way = { card: "tok_decline", status: "REJECTED" };
const returned: Way = { cancels: true, status: "CANCELLED" };
/** On which way an order comes to each step of each ladder. */
const ways: Record<(typeof SAGAS)[number], Record<string, Way>> = {
  FulfilOrder: {
    ReserveStock: { status: "CONFIRMED" },
    AuthorizePayment: { status: "CONFIRMED" },
    ConfirmOrder: { status: "CONFIRMED" },
    CapturePayment: { status: "CONFIRMED" },
    CommitStock: { status: "CONFIRMED" },
    AbandonOrder: rejected,
    VoidPayment: rejected,
    ReleaseStock: rejected,
    RejectOrder: rejected,
    GiveUpOrder: { card: "tok_gone", status: "CANCELLED" },
    MarkNeedsAttention: { card: "tok_gone", refused: "GiveUpOrder", status: "NEEDS_ATTENTION" },
  },
  ReturnOrder: {
    RefundPayment: returned,
    ReturnStock: returned,
    CloseOrder: returned,
    MarkNeedsAttention: { cancels: true, refused: "RefundPayment", status: "NEEDS_ATTENTION" },
  },
};

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
    const sent = hear(shop.local, ({ operation }) => operation === "SendMessage");
    const product = { productId: "prd_new", name: "New", description: "", kind: "supplies" };
    await shop.drive(
      shop.local.invoke("ListProduct", { ...product, price: { amount: 100, currency: "USD" } }),
    );
    await cancelled();
    const messages: Record<string, string[]> = {};
    for (const { input } of sent) {
      const queue = input.QueueUrl.split(/[:/]/).at(-1);
      messages[queue] = [...(messages[queue] ?? []), input.MessageBody];
    }
    const release: Record<string, object> = { messages };
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

    it("comes to each step of its ladders, and each is tried here", () => {
      for (const saga of SAGAS) {
        const { States } = release[saga].definition;
        const steps = Object.keys(States).filter((name) => States[name]?.Type === "Task");
        expect(Object.keys(ways[saga]).sort()).toEqual(steps.sort());
      }
    });

    const all = SAGAS.flatMap((saga) =>
      Object.entries(ways[saga]).map(([step, way]) => ({ saga, step, way })),
    );
    it.each(all)(
      "ends well where it is at $step of $saga when today's is released",
      async ({ saga, step, way }) => {
        const calls = (name: string) => (call: Call) =>
          call.operation === "Invoke" && call.input.FunctionName.endsWith(`-${name}Function`);
        const released = Promise.withResolvers<void>();
        const release = await goBack();
        if (way.refused) {
          const Payload = Buffer.from(JSON.stringify({ errorType: "Refused" })).toString("base64");
          const answer = { StatusCode: 200, FunctionError: "Unhandled", Payload };
          spoil(shop.local, calls(way.refused), async () => answer);
        }
        const { spoilt } = spoil(
          shop.local,
          (call) => calls(step)(call) && call.caller.name.endsWith(saga),
          (call, next) => released.promise.then(() => next(call)),
          1,
        );
        const orderId = await shop.order(way.card);
        for (let waited = 0; waited < HOUR && spoilt.length === 0; waited += MINUTE) {
          if (way.cancels && waited === MINUTE) await shop.cancel(orderId);
          await shop.clock.advance(MINUTE);
        }
        expect(spoilt).toHaveLength(1);
        await release();
        released.resolve();
        await shop.settle();
        expect(await shop.read(orderId)).toMatchObject({ status: way.status });
        const waits = way.status === "NEEDS_ATTENTION";
        expect(
          (await shop.broken()).filter((what) => !(waits && /holds stock/.test(what))),
        ).toEqual([]);
      },
    );

    const { messages = {} } = release;
    it.runIf(Object.keys(messages).length > 0)(
      "F27 and what lay in its queues is handled by today's consumers",
      async () => {
        const errors: string[] = [];
        shop.local.cloud.observe((fact) => {
          const line = fact.kind === "log" && errorLineOf(String(fact.line));
          if (line) errors.push(`${fact.function}: ${line.message} ${line.error}`);
        });
        const { EventSourceMappings } = await shop.local.call(
          "lambda",
          "ListEventSourceMappings",
          {},
        );
        const read = new Set(
          EventSourceMappings.map(({ EventSourceArn }: { EventSourceArn: string }) =>
            EventSourceArn.split(":").at(-1),
          ).filter((name: string) => name.endsWith("Queue")),
        );
        expect(new Set(Object.keys(messages))).toEqual(read);
        const orderId = await shop.order();
        await shop.settle();
        const told = Object.entries(messages).flatMap(([queue, bodies]) =>
          bodies.map((body) => ({
            QueueUrl: `${shop.local.urls.aws}/123456789012/${queue}`,
            // They are of that release's order, and this is another.
            MessageBody: body.replace(
              /(ord|pay)_[0-9A-Z]{26}/g,
              (_, kind) => `${kind}${orderId.slice(3)}`,
            ),
          })),
        );
        for (const message of told) await shop.local.call("sqs", "SendMessage", message);
        await shop.settle();
        expect(errors).toEqual([]);
        expect((await shop.books()).deadLetters).toEqual([]);
      },
    );

    it("I15 and that is stopped after today's release is run again by today's ladder, which undoes what it did", async () => {
      const release = await goBack();
      spoil(shop.local, by("ConfirmOrder"), "is lost");
      const orderId = await shop.order();
      await shop.clock.advance(MINUTE);
      await release();
      const { spoilt } = spoil(
        shop.local,
        isInvocationOf("ReserveStock"),
        refusedBy("OutOfStock: There is no more of it."),
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

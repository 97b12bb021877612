import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Journal, openJournal } from "emulator/kernel/journal";
import type { Snapshot } from "emulator/kernel/keep";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { judge } from "../judge/judge.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const tokens = [
  "tok_approve",
  "tok_decline",
  "tok_timeout_approve",
  "tok_late",
  "tok_twice",
  "tok_disorder",
  "tok_timeout_decline",
  "tok_refund_fails",
];

/** Places orders of every kind, the last animals wanted by several, and lets a little time pass after each. */
const trade = async (
  shop: VirtualShop,
  orders: number,
  after: (placed: string[]) => Promise<unknown>,
) => {
  const placed: string[] = [];
  for (let i = 0; i < orders; i++) {
    const productId = i % 3 === 0 ? "prd_parrot" : "prd_hay";
    const paymentToken = tokens[i % tokens.length] as string;
    const { status, json } = await shop.place({
      lines: [{ productId, quantity: 1 }],
      paymentToken,
    });
    expect(status).toBe(202);
    placed.push((json() as { orderId: string }).orderId);
    if (i % 5 === 4)
      await shop.drive(
        shop.local.api({
          method: "POST",
          path: `/orders/${placed[i - 2]}/cancel`,
          as: "alice",
          headers: { "idempotency-key": `cancel-${i}` },
        }),
      );
    await shop.clock.advance(Math.floor(shop.clock.random() * 400));
    await after([...placed]);
  }
  return placed;
};

/** How everything ended: nothing is broken, and each order has its end. */
const endOf = async (shop: VirtualShop, placed: string[]) => {
  await shop.settle();
  const books = await shop.books();
  expect(judge(books)).toEqual([]);
  const statusOf = new Map(books.orders.map(({ id, state }) => [id, state.status]));
  return placed.map((orderId) => statusOf.get(orderId));
};

describe("a fork of the whole shop", () => {
  it("goes on from any moment to an end in which no promise is broken, and the original does not notice", async () => {
    const told = async (forking: boolean) => {
      const shop = await virtualShop({ seed: 7 });
      const forks: { fork: VirtualShop; placed: string[] }[] = [];
      const placed = await trade(shop, 24, async (placed) => {
        if (forking) forks.push({ fork: await shop.fork({ seed: placed.length }), placed });
      });
      for (const { fork, placed } of forks) await endOf(fork, placed);
      const now = shop.clock.now();
      return { end: await endOf(shop, placed), now };
    };
    expect(await told(true)).toEqual(await told(false));
  });

  it("is the same story twice for the same seed", async () => {
    const shop = await virtualShop({ seed: 3 });
    const placed = await trade(shop, 9, async () => {});
    placed.push(await shop.order()); // its whole story is still to come
    const story = async () => {
      const fork = await shop.fork({ seed: 5 });
      const facts: unknown[] = [];
      fork.local.cloud.observe((fact) => facts.push([fork.clock.now(), fact.kind]));
      await endOf(fork, placed);
      return facts;
    };
    const first = await story();
    expect(first.length).toBeGreaterThan(50);
    expect(await story()).toEqual(first);
  });
});

it("a shop that has just opened tells one story for one seed, whichever shop of its process it is", async () => {
  const story = async (seed: number) => {
    const shop = await virtualShop({ seed });
    const placed = [await shop.order(), await shop.order()];
    await shop.settle();
    return { placed, now: shop.clock.now(), chance: shop.clock.random() };
  };
  const first = await story(3);
  expect(await story(4)).not.toEqual(first);
  expect(await story(3)).toEqual(first);
});

describe("a shop that is cut off at a call", () => {
  let found: { after: string; caller: string; from: Snapshot }[];
  beforeAll(async () => {
    found = await cuts();
  });

  /** Three orders for two animals and some hay, and what the cloud knew after each call that they caused. */
  const cuts = async () => {
    const shop = await virtualShop({ seed: 7 });
    const found: { after: string; caller: string; from: Snapshot }[] = [];
    const stop = shop.local.cloud.guard(async (call, next) => {
      const answer = await next(call);
      const after = `${call.service}.${call.operation}`;
      found.push({ after, caller: call.caller.name, from: shop.local.cloud.snapshot() });
      return answer;
    });
    const place = (productId: string, paymentToken: string) =>
      shop.place({ lines: [{ productId, quantity: 1 }], paymentToken });
    await Promise.all([
      place("prd_hay", "tok_approve"),
      place("prd_parrot", "tok_late"),
      place("prd_parrot", "tok_approve"),
    ]);
    await shop.clock.advance(3_000);
    stop();
    return found;
  };

  /** What is broken when all has come to rest after a cut. */
  const brokenAfter = async (from: Snapshot) => {
    const shop = await virtualShop({ seed: 2, from });
    await shop.settle();
    return judge(await shop.books());
  };

  /** Whether a message was claimed and not sent yet: then nobody knows whether it is out, and a person decides. */
  const sending = (caller: string, after: string) =>
    caller.includes("NotifyCustomer") && ["dynamodb.UpdateItem", "ses.SendEmail"].includes(after);

  it("goes on from there, and no promise is broken; an e-mail that may be out is left to a person", async () => {
    expect(found.length).toBeGreaterThan(150);
    let claimed = 0;
    for (const [i, { after, caller, from }] of found.entries()) {
      claimed += sending(caller, after) ? 1 : 0;
      if (i % 2 === 1) continue; // half of them, for the time it takes
      const broken = await brokenAfter(from);
      const excused = broken.filter(
        ({ what }) => claimed > 0 && /^\S*NotificationsQueueDlq/.test(what),
      );
      expect(broken, `cut off after ${caller} ${after}`).toEqual(excused);
    }
    expect(claimed).toBeGreaterThan(0);
  });

  it.each(["sqs.messages", "events.deliveries", "states.executions"])(
    "would not get away with forgetting %s",
    async (part) => {
      const isNoticed = async ({ from }: (typeof found)[number]) => {
        const parts = new Map(from.parts);
        parts.delete(part);
        return (await brokenAfter({ ...from, parts }).catch(() => [1])).length > 0;
      };
      let noticed = false;
      for (const cut of found.filter((_, i) => i % 7 === 0)) noticed ||= await isNoticed(cut);
      expect(noticed).toBe(true);
    },
  );
});

describe("a shop whose process ends without a word", () => {
  const dir = mkdtempSync(join(tmpdir(), "petstore-persist-"));
  const journals: Journal[] = [];
  // Each looks whether its lock is still there for as long as it is open.
  afterEach(() => {
    for (const journal of journals.splice(0)) journal.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const fail = (problem: unknown): never => {
    throw problem;
  };
  /** A shop that has what an earlier one left behind, which goes on and must not be in its way: in another directory. */
  const reopened = async (life: number) => {
    const [before, own] = [life - 1, life].map((n) => join(dir, String(n)));
    if (life > 1) cpSync(before as string, own as string, { recursive: true });
    const shop = await virtualShop({ seed: life });
    const journal = openJournal(own as string, { name: "a test", lose: fail, say: fail });
    journals.push(journal);
    await shop.local.cloud.restart((keeper) => journal.replay(keeper, shop.clock.now));
    return shop;
  };

  it("has every order that it took when it is opened again, and brings each to its end", async () => {
    const placed: string[] = [];
    for (let life = 1; life <= 4; life++)
      placed.push(...(await trade(await reopened(life), 10, async () => {})));
    const ends = await endOf(await reopened(5), placed);
    expect(ends).not.toContain(undefined);
    expect(ends.length).toBe(40);
  });
});

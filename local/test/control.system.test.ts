import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Control } from "../control/command.ts";
import { depthsNow } from "../control/commands/status.ts";
import { createControl } from "../control/control.ts";
import { hear } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let shop: VirtualShop;
let control: Control;
beforeEach(async () => {
  shop = await virtualShop({ trace: {} });
  control = createControl(shop.local);
});
afterEach(() => shop?.local.stop());

const say = (line: string) => shop.drive(control.say(line));
const statusOf = async (orderId: string) => (await shop.read(orderId)).status;
const depths = async () => {
  const { waiting, dead } = await shop.drive(depthsNow(control));
  return { ...Object.fromEntries(waiting), ...Object.fromEntries(dead) } as Record<string, number>;
};
const ended = async () => {
  await shop.settle();
  return shop.broken();
};

describe("pause and resume", () => {
  it("pause relay: orders stay PENDING and rows wait in the outbox; resume: it drains", async () => {
    await say("pause relay");
    const orderId = await shop.order();
    await shop.clock.advance(MINUTE);
    expect(await statusOf(orderId)).toBe("PENDING");
    expect((await depths()).OrdersOutbox).toBe(1);
    expect((await say("status")).list?.join("\n")).toMatch(/paused +\w*RelayOutbox/);
    expect((await say("resume relay")).said).toMatch(/go on/);
    await shop.clock.advance(MINUTE);
    expect(await statusOf(orderId)).toBe("CONFIRMED");
    expect((await depths()).OrdersOutbox).toBe(0);
    expect(await ended()).toEqual([]);
  });

  it("pause relay orders pauses that one, and ends by itself after its time", async () => {
    await say("pause relay orders for 30s");
    const orderId = await shop.order();
    await shop.clock.advance(29 * SECOND);
    expect(await statusOf(orderId)).toBe("PENDING");
    const off = control.switches.filter(({ kind }) => kind === "mapping");
    const states = await Promise.all(off.map(async (one) => [one.name, await one.isOn()]));
    expect(states.filter(([, on]) => !on)).toEqual([["OrdersRelayOutbox", false]]);
    await shop.clock.advance(30 * SECOND);
    expect(await statusOf(orderId)).toBe("CONFIRMED");
    expect(control.faults.list()).toEqual([]);
  });

  it("pause projections: the saga ends, its view does not know of it until they are resumed", async () => {
    await say("pause projections");
    const orderId = await shop.order();
    await shop.clock.advance(MINUTE);
    expect((await shop.books()).orders[0]?.state.status).toBe("CONFIRMED");
    expect((await depths()).OrderViewsQueue).toBeGreaterThan(2);
    expect((await shop.books()).views.has(orderId)).toBe(false);
    await say("resume projections");
    expect(await ended()).toEqual([]);
    expect((await shop.books()).views.get(orderId)).toMatchObject({ status: "CONFIRMED" });
  });

  it("pause notifications: no e-mail until they are resumed, and then one of each", async () => {
    const before = shop.local.emails().length;
    await say("pause notifications");
    await shop.order();
    await shop.clock.advance(MINUTE);
    expect(shop.local.emails()).toHaveLength(before);
    await say("resume notifications");
    expect(await ended()).toEqual([]);
    expect(shop.local.emails().length).toBeGreaterThan(before);
  });

  it("pause StartFulfilment disables its rule, and the sweeper finds the order that it missed", async () => {
    await say("pause StartFulfilment for 1m");
    const orderId = await shop.order();
    await shop.clock.advance(2 * MINUTE);
    expect(await statusOf(orderId)).toBe("PENDING");
    await shop.clock.advance(20 * MINUTE);
    expect(await statusOf(orderId)).toBe("CONFIRMED");
  });

  it("pause sweepers disables their schedules, and enables them again as they were", async () => {
    const swept = hear(
      shop.local,
      ({ operation, input }) => operation === "Invoke" && /Sweep/.test(input.FunctionName),
    );
    await say("pause sweepers for 10m");
    await shop.clock.advance(9 * MINUTE);
    expect(swept).toHaveLength(0);
    await shop.clock.advance(10 * MINUTE);
    expect(swept.length).toBeGreaterThan(5);
  });
});

describe("fail", () => {
  it("CapturePayment 3: three attempts fail, and the order is confirmed and paid", async () => {
    await say("fail CapturePayment 3");
    const orderId = await shop.order();
    expect(await ended()).toEqual([]);
    expect(await statusOf(orderId)).toBe("CONFIRMED");
    expect(shop.local.notes("fault")).toHaveLength(3);
    expect(control.faults.list()).toEqual([]);
  });

  it("StartFulfilment 2: what AWS invokes later fails, too, and is tried again", async () => {
    await say("fail StartFulfilment 2");
    const orderId = await shop.order();
    await shop.clock.advance(30 * SECOND);
    expect(await statusOf(orderId)).toBe("PENDING");
    await shop.clock.advance(5 * MINUTE); // Lambda tries again after one minute, and after two more
    expect(await ended()).toEqual([]);
    expect(await statusOf(orderId)).toBe("CONFIRMED");
    expect(shop.local.notes("fault")).toHaveLength(2);
  });

  it("disarms itself after its time", async () => {
    await say("fail CapturePayment 3 for 10s");
    await shop.clock.advance(11 * SECOND);
    expect(control.faults.list()).toEqual([]);
    await shop.order();
    expect(await ended()).toEqual([]);
    expect(shop.local.notes("fault")).toEqual([]);
  });
});

describe("the provider", () => {
  it("silence: orders wait at AuthorizePayment; restore: they go on", async () => {
    await say("silence provider for 5m");
    const orderId = await shop.order();
    await shop.clock.advance(MINUTE);
    expect(await statusOf(orderId)).toBe("PENDING");
    expect((await shop.books()).provider.size).toBe(0);
    await say("restore provider");
    await shop.clock.advance(MINUTE);
    expect(await statusOf(orderId)).toBe("CONFIRMED");
    expect(await ended()).toEqual([]);
  });

  it("silence ends by itself, and its webhooks come again", async () => {
    await say("silence provider for 20s");
    const orderId = await shop.order("tok_late");
    expect(await ended()).toEqual([]);
    expect(await statusOf(orderId)).toBe("CONFIRMED");
    const webhooks = control.switches.find(({ name }) => name === "DeliverWebhook");
    expect(await webhooks?.isOn()).toBe(true);
  });

  it("decline: the next card is declined, whatever it is, and the one after it is not", async () => {
    await say("decline");
    const first = await shop.order();
    await shop.settle();
    const second = await shop.order();
    expect(await ended()).toEqual([]);
    expect([await statusOf(first), await statusOf(second)]).toEqual(["REJECTED", "CONFIRMED"]);
  });
});

describe("what is spoilt on the way", () => {
  const isConfirmed = async () => {
    const orderId = await shop.order();
    expect(await ended()).toEqual([]);
    expect(await statusOf(orderId)).toBe("CONFIRMED");
  };

  it("slow 2s: an order takes longer, and is confirmed", async () => {
    await say("slow 2s for 5m");
    const orderId = await shop.order();
    await shop.clock.advance(8 * SECOND);
    expect(await statusOf(orderId)).toBe("PENDING");
    expect(await ended()).toEqual([]);
    expect(await statusOf(orderId)).toBe("CONFIRMED");
    await shop.clock.advance(5 * MINUTE);
    expect(control.faults.list()).toEqual([]);
  });

  it("slow 1s CapturePayment: its calls take longer, and nobody else's", async () => {
    await say("slow 1s CapturePayment for 5m");
    await isConfirmed();
    const callers = shop.local.notes("fault").map(({ caller }) => caller);
    expect(new Set(callers)).toEqual(new Set([shop.local.nameOf("CapturePayment")]));
  });

  it("throttle InventoryTable: the order waits until it takes calls again", async () => {
    await say("throttle InventoryTable for 5s");
    await isConfirmed();
    expect(shop.local.notes("fault").length).toBeGreaterThan(1);
  });

  it("throttle OrdersTable: POST /orders is 503, and the same key works when it is over", async () => {
    await say("throttle OrdersTable for 10s");
    const lines = [{ productId: "prd_hay", quantity: 1 }];
    expect((await shop.place({ lines, key: "again" })).status).toBe(503);
    await shop.clock.advance(11 * SECOND);
    expect((await shop.place({ lines, key: "again" })).status).toBe(202);
  });

  it("conflict InventoryTable 2: tried again, and there once", async () => {
    await say("conflict InventoryTable 2");
    await isConfirmed();
    expect(shop.local.notes("fault")).toHaveLength(2);
  });

  it("lose answer of TransactWriteItems by CapturePayment: done once", async () => {
    await say("lose answer of TransactWriteItems by CapturePayment");
    await isConfirmed();
    expect(shop.local.notes("fault")).toHaveLength(1);
  });
});

describe("events", () => {
  it("duplicate: the newest of a type comes again, and nothing changes", async () => {
    const orderId = await shop.order();
    await shop.settle();
    const before = await shop.books();
    const heard = hear(shop.local, ({ operation }) => operation === "StartExecution");
    const told = await say("duplicate OrderPlaced");
    expect(told.said).toContain(orderId);
    expect(await ended()).toEqual([]);
    expect(heard).toHaveLength(1);
    const { views, orders, messages } = await shop.books();
    expect({ views, orders, messages }).toEqual({
      views: before.views,
      orders: before.orders,
      messages: before.messages,
    });
  });

  it("replay start: the projections hear all of it again, and say the same", async () => {
    await shop.order();
    await shop.settle();
    const before = await shop.books();
    const emails = shop.local.emails().length;
    await say("replay start");
    expect(await ended()).toEqual([]);
    expect(shop.local.notes("events.delivered").length).toBeGreaterThan(10);
    expect((await shop.books()).views).toEqual(before.views);
    expect(shop.local.emails()).toHaveLength(emails);
  });
});

describe("dead letters", () => {
  it("poison OrderViewsQueue: there at once with its reason; redriven as it is it comes back", async () => {
    const orderId = await shop.order();
    await shop.settle();
    await say("poison OrderViewsQueue");
    await shop.clock.advance(10 * SECOND);
    expect((await depths()).OrderViewsQueueDlq).toBe(1);
    const shown = await say("redrive OrderViewsQueueDlq --dry-run");
    expect(shown.list?.join(" ")).toMatch(/orders\.|payments\.|inventory\./);
    await say("redrive OrderViewsQueueDlq");
    await shop.clock.advance(10 * SECOND);
    expect((await depths()).OrderViewsQueueDlq).toBe(1);
    expect(await statusOf(orderId)).toBe("CONFIRMED");
  });

  it("poison NotificationsQueue stubborn: dead after its receives, and redriven it is handled", async () => {
    await shop.order();
    await shop.settle();
    const told = await say("poison NotificationsQueue stubborn");
    expect(told.next).toMatch(/received 5 times/);
    await shop.clock.advance(20 * MINUTE);
    expect((await depths()).NotificationsQueueDlq).toBe(1);
    expect(shop.local.notes("fault")).toHaveLength(5);
    expect(control.faults.list()).toEqual([]);
    expect((await say("redrive NotificationsQueueDlq")).said).toBe("1 done, 0 left.");
    expect(await ended()).toEqual([]);
  });

  it("attention: a new order needs a person within a minute, and staff have an e-mail", async () => {
    const { said } = await say("attention");
    const orderId = /ord_\w+/.exec(said)?.[0] ?? "";
    await shop.clock.advance(MINUTE);
    expect(await statusOf(orderId)).toBe("NEEDS_ATTENTION");
    expect(shop.local.emails().at(-1)?.tags).toMatchObject({ template: "order-needs-attention" });
    expect(control.faults.list()).toEqual([]);
  });

  it("attention ORDER: an order that is under way; one that is over is refused", async () => {
    const orderId = await shop.order("tok_late");
    await say(`attention ${orderId}`);
    await shop.clock.advance(MINUTE);
    expect(await statusOf(orderId)).toBe("NEEDS_ATTENTION");
    const over = await shop.order();
    await shop.settle();
    await expect(say(`attention ${over}`)).rejects.toThrow(/is CONFIRMED and in nobody's hands/);
  });
});

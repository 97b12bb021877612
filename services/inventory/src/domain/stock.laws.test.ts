import { OrderId } from "@petstore/events/ids";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Holding } from "./holding.ts";
import { type ReservationCommand, reservation } from "./reservation.ts";
import type { Shelf } from "./shelf.ts";
import { warehouse } from "./warehouse.ts";

const products = ["prd_cat", "prd_dog", "prd_eel"] as const;
const orders = Array.from({ length: 5 }, () => OrderId.create());

const line = (max: number) =>
  fc.record({ productId: fc.constantFrom(...products), quantity: fc.integer({ min: 1, max }) });
const order = { orderId: fc.constantFrom(...orders) };
const step = fc.oneof(
  fc.record({
    type: fc.constant("ReserveStock" as const),
    ...order,
    lines: fc.array(line(4), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    type: fc.constantFrom("CommitStock", "ReleaseStock", "ReturnStock", "ExpireReservation"),
    ...order,
  }),
  fc.record({
    type: fc.constant("ReceiveStock" as const),
    receiptId: fc.constant("rcp_1"),
    lines: fc.array(line(9), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    type: fc.constant("AdjustStock" as const),
    adjustmentId: fc.constant("adj_1"),
    productId: fc.constantFrom(...products),
    quantity: fc.integer({ min: -9, max: 9 }),
    reason: fc.constant("count"),
  }),
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** A shop in memory: each step is decided on what the steps before it left. */
const open = () => {
  let shelf: Shelf = Object.fromEntries(
    products.map((productId) => [productId, { productId, available: 0, stocked: 0, version: 0 }]),
  );
  const reservations = new Map<string, Holding["reservation"]>();
  const holding = (orderId: string): Holding => ({
    reservation: reservations.get(orderId) ?? reservation.initial.reservation,
    shelf,
  });
  const sum = (productId: string, status: string) =>
    [...reservations.values()]
      .filter((one) => one.status === status)
      .flatMap(({ lines }) => lines)
      .reduce((all, one) => (one.productId === productId ? all + one.quantity : all), 0);

  return {
    holding,
    levels: () =>
      products.map((id) => ({ ...shelf[id], held: sum(id, "HELD"), sold: sum(id, "SOLD") })),
    reserve(command: ReservationCommand) {
      const decision = reservation.decide(holding(command.orderId), command);
      if (!decision.ok) return decision;
      const next = decision.value.reduce(reservation.evolve, holding(command.orderId));
      reservations.set(command.orderId, next.reservation);
      shelf = next.shelf;
      return decision;
    },
    book(command: Parameters<typeof warehouse.decide>[1]) {
      const decision = warehouse.decide(shelf, command);
      if (decision.ok) shelf = decision.value.reduce(warehouse.evolve, shelf);
    },
  };
};

const run = (steps: Step[], after: (shop: ReturnType<typeof open>) => void) => {
  const shop = open();
  steps.forEach((command, minute) => {
    const now = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    if ("orderId" in command) shop.reserve({ ...command, now } as ReservationCommand);
    else shop.book(command);
    after(shop);
  });
  return shop;
};
const steps = fc.array(step, { maxLength: 60 });

it("I2 available is never negative, and available, held and sold are what came in", () => {
  fc.assert(
    fc.property(steps, (commands) => {
      run(commands, (shop) => {
        for (const { available = 0, held, sold, stocked } of shop.levels()) {
          expect(available).toBeGreaterThanOrEqual(0);
          expect(available + held + sold).toBe(stocked);
        }
      });
    }),
    { numRuns: 300 },
  );
});

it("whatever is asked a second time at the same moment changes nothing", () => {
  fc.assert(
    fc.property(steps, step, (commands, last) => {
      if (!("orderId" in last)) return;
      const shop = run(commands, () => {});
      const command = { ...last, now: "2026-01-02T00:00:00.000Z" } as ReservationCommand;
      const first = shop.reserve(command);
      const before = shop.levels();
      const again = shop.reserve(command);
      expect(shop.levels()).toEqual(before);
      if (first.ok) expect(again).toEqual({ ok: true, value: [] });
      else expect(again).toEqual(first);
    }),
    { numRuns: 300 },
  );
});

it("F38 once undone, nothing is ever held for the order again", () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(...orders), (commands, orderId) => {
      const shop = open();
      shop.book({
        type: "ReceiveStock",
        receiptId: "rcp_1",
        lines: products.map((productId) => ({ productId, quantity: 100 })),
      });
      shop.reserve({ type: "ReleaseStock", orderId, now: "2026-01-01T00:00:00.000Z" });
      for (const command of commands)
        if ("orderId" in command)
          shop.reserve({ ...command, now: "2026-01-01T00:00:00.000Z" } as ReservationCommand);
      expect(shop.holding(orderId).reservation).toMatchObject({ status: "RELEASED", lines: [] });
    }),
  );
});

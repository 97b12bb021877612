import { givenFor } from "@petstore/core/testing/given";
import { OrderId } from "@petstore/events/ids";
import {
  ReservationExpired,
  StockCommitted,
  StockRejected,
  StockReleased,
  StockReserved,
  StockReturned,
} from "@petstore/events/inventory";
import { describe, expect, it } from "vitest";
import { ReservationClosed } from "./holding.ts";
import { HELD_FOR_MS, reservation } from "./reservation.ts";

const orderId = OrderId.create();
const now = "2026-01-01T12:00:00.000Z";
const expiresAt = new Date(Date.parse(now) + HELD_FOR_MS).toISOString();
const about = { orderId, now };

const stocked = (goldfish: number, flakes: number) => ({
  prd_flakes: { productId: "prd_flakes", available: flakes, stocked: flakes, version: 1 },
  prd_goldfish: { productId: "prd_goldfish", available: goldfish, stocked: goldfish, version: 1 },
});
const given = givenFor({
  ...reservation,
  initial: { ...reservation.initial, shelf: stocked(3, 5) },
});

const lines = [
  { productId: "prd_goldfish", quantity: 2 },
  { productId: "prd_flakes", quantity: 1 },
];
const level = (productId: string, quantity: number, available: number, stockVersion: number) => ({
  productId,
  quantity,
  available,
  stockVersion,
});
const held = [
  { productId: "prd_flakes", quantity: 1 },
  { productId: "prd_goldfish", quantity: 2 },
];
const reserved = StockReserved({
  orderId,
  expiresAt,
  lines: [level("prd_flakes", 1, 4, 2), level("prd_goldfish", 2, 1, 2)],
});
const back = [level("prd_flakes", 1, 5, 3), level("prd_goldfish", 2, 3, 3)];
const committed = StockCommitted({ orderId, lines: held });
const expired = ReservationExpired({ orderId, lines: back });
const rejected = StockRejected({ orderId, reason: { code: "OutOfStock", detail: "" } });

const reserve = { type: "ReserveStock", lines, ...about } as const;
const commit = { type: "CommitStock", ...about } as const;
const release = { type: "ReleaseStock", ...about } as const;
const giveBack = { type: "ReturnStock", ...about } as const;
const expireAt = (at: string) => ({ type: "ExpireReservation", orderId, now: at }) as const;

describe("reserving stock", () => {
  it("holds every line for an hour", () => given().when(reserve).emits(reserved));

  it("F36 holds nothing when one line is short, and says which", () =>
    given()
      .when({
        ...reserve,
        lines: [...lines, { productId: "prd_goldfish", quantity: 2, name: "Goldfish" }],
      })
      .emits(
        StockRejected({
          orderId,
          reason: { code: "OutOfStock", detail: "Goldfish: only 3 left." },
        }),
      ));

  it("cannot serve a product that was never listed", () =>
    given()
      .when({ ...reserve, lines: [{ productId: "prd_unicorn", quantity: 1 }] })
      .emits(
        StockRejected({
          orderId,
          reason: { code: "OutOfStock", detail: "prd_unicorn: sold out." },
        }),
      ));

  it("F37 does nothing when it is asked again", () => given(reserved).when(reserve).emitsNothing());
  it("stays refused when it is asked again", () => given(rejected).when(reserve).emitsNothing());
  it("does nothing after the sale", () => given(reserved, committed).when(reserve).emitsNothing());
  it("F38 is refused after its own undo", () =>
    given(ReservationClosed({ orderId, as: "RELEASED" }))
      .when(reserve)
      .refuses("AlreadyReleased"));

  it("holds again what expired", () =>
    given(reserved, expired)
      .when(reserve)
      .emits(
        StockReserved({
          orderId,
          expiresAt,
          lines: [level("prd_flakes", 1, 4, 4), level("prd_goldfish", 2, 1, 4)],
        }),
      ));
});

describe("committing stock", () => {
  it("sells what is held", () => given(reserved).when(commit).emits(committed));
  it("does nothing when it is asked again", () =>
    given(reserved, committed).when(commit).emitsNothing());
  it("does nothing after the return", () =>
    given(reserved, committed, StockReturned({ orderId, lines: back }))
      .when(commit)
      .emitsNothing());
  it("refuses what was never held", () => given().when(commit).refuses("NotReserved"));

  it("F41 takes an expired reservation's stock again", () =>
    given(reserved, expired)
      .when(commit)
      .emits(
        StockReserved({
          orderId,
          expiresAt,
          lines: [level("prd_flakes", 1, 4, 4), level("prd_goldfish", 2, 1, 4)],
        }),
        committed,
      ));
  it("F41 never sells what others bought after it expired", () =>
    given(
      reserved,
      ReservationExpired({ orderId, lines: [level("prd_flakes", 1, 0, 3), ...back.slice(1)] }),
    )
      .when(commit)
      .refuses("SoldOut"));
});

describe("releasing stock", () => {
  it("puts back exactly what was held", () =>
    given(reserved)
      .when(release)
      .emits(StockReleased({ orderId, lines: back })));
  it("F39 leaves a tombstone where there is nothing to put back", () =>
    given()
      .when(release)
      .emits(ReservationClosed({ orderId, as: "RELEASED" })));
  it("leaves a tombstone on what expired, so that a late reserve is refused", () =>
    given(reserved, expired)
      .when(release)
      .emits(ReservationClosed({ orderId, as: "RELEASED" })));
  it("F40 does nothing the second time", () =>
    given(reserved, StockReleased({ orderId, lines: back }))
      .when(release)
      .emitsNothing());
  it("has nothing to undo after a refusal", () => given(rejected).when(release).emitsNothing());
  it("refuses what is sold", () => given(reserved, committed).when(release).refuses("AlreadySold"));
});

describe("returning stock", () => {
  const returned = StockReturned({ orderId, lines: back });
  it("puts back what was sold", () => given(reserved, committed).when(giveBack).emits(returned));
  it("does nothing the second time", () =>
    given(reserved, committed, returned).when(giveBack).emitsNothing());
  it("puts back what is still held, and the commit that comes too late finds nothing", () => {
    const released = StockReleased({ orderId, lines: back });
    given(reserved).when(giveBack).emits(released);
    given(reserved, released).when(commit).refuses("NotReserved");
    given(reserved, released).when(giveBack).emitsNothing();
  });
  it("leaves a tombstone where there is nothing to put back, so that a late reserve is refused", () => {
    const closed = ReservationClosed({ orderId, as: "RETURNED" });
    given(reserved, expired).when(giveBack).emits(closed);
    given().when(giveBack).emits(closed);
    given(closed).when(reserve).refuses("AlreadyReleased");
  });
  it("has nothing to do after a refusal", () => given(rejected).when(giveBack).emitsNothing());
});

describe("expiry", () => {
  it("F43 is decided by the clock", () => {
    given(reserved).when(expireAt(now)).emitsNothing();
    given(reserved).when(expireAt(expiresAt)).emits(expired);
  });
  it("F42 comes too late for what is sold", () =>
    given(reserved, committed).when(expireAt(expiresAt)).emitsNothing());
  it("has nothing to do where nothing is held", () =>
    expect(reservation.decide(reservation.initial, expireAt(expiresAt))).toEqual({
      ok: true,
      value: [],
    }));
});

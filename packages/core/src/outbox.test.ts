import { describe, expect, it } from "vitest";
import * as z from "zod";
import { defineEvent } from "./event.ts";
import { isOutboxRow, LARGEST_EVENT, outboxRows } from "./outbox.ts";

const Noted = defineEvent("shop.Noted.v1", z.object({ text: z.string() }));
const place = { source: "shop", type: "cart", id: "c1", from: 0 };
const rowsOf = (...texts: string[]) =>
  outboxRows(
    "Outbox",
    texts.map((text) => Noted({ text })),
    place,
  );
const sizeOf = (text: string) =>
  Buffer.byteLength(JSON.stringify(rowsOf(text)[0]?.Put?.Item?.envelope));

describe("F18 an event that is to be written", () => {
  const room = LARGEST_EVENT - sizeOf("");

  it("may have so many bytes and not one more, alone or among others", () => {
    expect(sizeOf("x".repeat(room))).toBe(LARGEST_EVENT);
    const tooLarge = "x".repeat(room + 1);
    for (const texts of [[tooLarge], ["", tooLarge]])
      expect(() => rowsOf(...texts)).toThrow(
        `shop.Noted.v1 of c1 has ${LARGEST_EVENT + 1} bytes; an event may have ${LARGEST_EVENT} at most`,
      );
  });

  it("is weighed in bytes, of which a letter may have several", () => {
    expect(rowsOf("\u20ac".repeat(Math.floor(room / 3)))).toHaveLength(1);
    expect(() => rowsOf("\u20ac".repeat(Math.ceil((room + 1) / 3)))).toThrow("bytes");
  });
});

describe("F14 a row of an outbox", () => {
  const good = { type: "a.B.v1", source: "a", time: "2026-01-01T00:00:00.000Z" };
  const aggregate = { type: "a", id: "1", version: 1 };
  const is = (envelope: unknown) => isOutboxRow({ envelope } as Parameters<typeof isOutboxRow>[0]);

  it("is an event, or it is not, whatever somebody wrote into it by hand", () => {
    expect(is({ ...good, aggregate })).toBe(true);
    for (const time of [undefined, null, "yesterday", 1, {}, { toString: 1 }, Symbol.iterator])
      expect(is({ ...good, aggregate, time })).toBe(false);
    for (const other of [undefined, null, 1, "x", {}, { version: "1" }])
      expect(is({ ...good, aggregate: other })).toBe(false);
    // What the bus refuses whenever it is asked would be asked for ever.
    expect(is({ ...good, aggregate, type: "x".repeat(128) })).toBe(true);
    for (const type of ["", "x".repeat(129), null, {}])
      expect(is({ ...good, aggregate, type })).toBe(false);
    expect([undefined, "x", 1, []].map(is)).toEqual([false, false, false, false]);
  });
});

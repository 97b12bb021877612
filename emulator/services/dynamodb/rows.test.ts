import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AttributeValue, copyItem, type Item } from "./items.ts";
import { glanceAt, hold, itemOf, packByPack, retire, rowOf } from "./rows.ts";
import { item, startDynamo } from "./testing/start-dynamo.ts";

/** So many rows that none of those before is warm, nor waits to be packed. */
const cool = () => {
  for (let i = 0; i < 1024 + 64; i++) rowOf({});
};

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\n", "a\u0001b", "\ud800"),
);
const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text.map((S) => ({ S })),
    fc.integer().map((n) => ({ N: String(n) })),
    fc.constantFrom<AttributeValue>({ B: "AQI=" }, { BOOL: false }, { NULL: true }),
    fc.array(text, { minLength: 1 }).map((SS) => ({ SS })),
    fc.array(tie("value")).map((L) => ({ L })),
    fc.dictionary(fc.string(), tie("value")).map((M) => ({ M })),
  ),
}));
const items = fc.dictionary(fc.string({ unit: "binary" }), value).map((one): Item => ({ ...one }));

describe("a row", () => {
  it("is packed when it was not touched for a while, and is what it was", () => {
    fc.assert(
      fc.property(fc.array(items, { maxLength: 20 }), (all) => {
        const rows = all.map((one) => rowOf(copyItem(one)));
        cool();
        for (const row of rows) expect(row.item).toBeUndefined();
        expect(rows.map(itemOf)).toEqual(all);
        for (const [i, row] of rows.entries())
          expect(Object.keys(itemOf(row))).toEqual(Object.keys(all[i] as Item));
      }),
      { numRuns: 50 },
    );
  });

  it("is packed once, however often it is read", () => {
    const row = rowOf({ a: { S: "x" } });
    cool();
    const { pack } = row;
    expect(pack).toBeDefined();
    expect(itemOf(row)).toEqual({ a: { S: "x" } });
    cool();
    expect(row.item).toBeUndefined();
    expect(row.pack).toBe(pack);
  });

  it("takes a sixth of its size or less beside others like it", () => {
    const id = (i: number) => createHash("sha256").update(String(i)).digest("hex").slice(0, 26);
    const rows = Array.from({ length: 64 }, (_, i) =>
      rowOf(item(`THING#${id(i)}`, { owner: "A".repeat(300), thing: id(i) })),
    );
    cool();
    const packs = new Set(rows.map(({ pack }) => pack as NonNullable<typeof pack>));
    const packed = [...packs].reduce((sum, { deflated }) => sum + deflated.buffer.byteLength, 0);
    const whole = rows.reduce((sum, { size }) => sum + size, 0);
    expect(packed).toBeLessThan(whole / 6);
  });

  it("is packed with few others: to read it is to inflate no more than 64 rows, or 64 KiB and the last", () => {
    const large = { a: { S: "x".repeat(30_000) } };
    const rows = Array.from({ length: 140 }, (_, i) => rowOf(i < 6 ? large : { n: { N: "1" } }));
    cool();
    const packs = Map.groupBy(rows, ({ pack }) => pack);
    for (const together of packs.values()) {
      expect(together.length).toBeLessThanOrEqual(64);
      const [, ...others] = together.map(({ size }) => size).sort((a, b) => b - a);
      expect(others.reduce((sum, size) => sum + size, 0)).toBeLessThan(65_536);
    }
    expect(rows.slice(0, 6).map(itemOf)).toEqual(Array(6).fill(large));
  });

  it("leaves few packs open, however many are read", () => {
    const rows = Array.from({ length: 6_400 }, () => rowOf({ a: { S: "x" } }));
    cool();
    const packs = [...new Set(rows.map(({ pack }) => pack as NonNullable<typeof pack>))];
    rows.forEach(itemOf);
    expect(packs.length).toBeGreaterThan(90);
    expect(packs.filter(({ lines }) => lines).length).toBeLessThanOrEqual(32);
  });

  it("stays as cold as it is when somebody glances at it", () => {
    const row = rowOf({ a: { S: "x" } });
    cool();
    expect(glanceAt(row)).toEqual({ a: { S: "x" } });
    expect(row.item).toBeUndefined();
  });

  it("is glanced at beside all that it is packed with, in whatever order they come, and no pack is left open", () => {
    const rows = Array.from({ length: 640 }, (_, n) => rowOf({ n: { N: String(n) } }));
    cool();
    const fresh = rowOf({ n: { N: "640" } });
    const all = [...rows, fresh].map((row, n) => ({ row, n, order: (n * 389) % 641 }));
    all.sort((one, other) => one.order - other.order);
    const seen = [...packByPack(all)].flatMap((one) => one ?? []);
    expect(seen.map(({ found }) => found.n).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 641 }, (_, n) => n),
    );
    for (const { found, item } of seen) expect(item()).toEqual({ n: { N: String(found.n) } });
    const packs = seen.flatMap(({ found }) => found.row.pack ?? []);
    const opened = packs.filter((pack, i) => pack !== packs[i - 1]);
    expect(opened.length).toBe(new Set(packs).size);
    expect(opened.length).toBeGreaterThan(8);
    for (const row of rows) expect(row.item).toBeUndefined();
    expect(packs.filter(({ lines }) => lines)).toEqual([]);
  });

  it("is not packed when another has taken its place, and can still be read", () => {
    const [gone, kept] = [rowOf({ a: { S: "gone" } }), rowOf({ a: { S: "kept" } })];
    retire(gone);
    cool();
    expect(kept.item).toBeUndefined();
    retire(kept);
    expect([gone, kept].map(itemOf)).toEqual([{ a: { S: "gone" } }, { a: { S: "kept" } }]);
    cool();
    expect(itemOf(kept)).toEqual({ a: { S: "kept" } });
  });

  it("lies beside others that streams hold, when one does: what is left of a pack would not go with the last", () => {
    const rows = Array.from({ length: 200 }, (_, i) => rowOf({ n: { N: String(i) } }));
    const held = new Set(rows.filter((_, i) => i % 2 === 0));
    for (const row of held) hold(row);
    cool();
    for (let i = 0; i < 64; i++) hold(rowOf({}));
    cool();
    const packs = Map.groupBy(rows, ({ pack }) => pack);
    expect(packs.size).toBeGreaterThan(3);
    for (const together of packs.values())
      expect(new Set(together.map((row) => held.has(row))).size).toBe(1);
    expect(rows.map(itemOf)).toEqual(rows.map((_, i) => ({ n: { N: String(i) } })));
  });

  it("is told from others with the same attributes of other types", () => {
    const rows = [rowOf({ a: { S: "1" } }), rowOf({ a: { N: "1" } }), rowOf({ a: { SS: ["1"] } })];
    cool();
    expect(rows.map(itemOf)).toEqual([{ a: { S: "1" } }, { a: { N: "1" } }, { a: { SS: ["1"] } }]);
  });
});

describe("a table whose rows are packed", () => {
  it("is read, written, queried and updated like any other", async () => {
    const { put, get, update, onTable } = await startDynamo();
    const nested = { M: { x: { L: [{ S: "a" }, { BOOL: true }] } } };
    for (let i = 0; i < 5; i++) await put(item("a", { sk: String(i), n: i, nested }));
    cool();
    expect(await get("a", "3")).toEqual(item("a", { sk: "3", n: 3, nested }));
    cool();
    await update("a", "SET n = n + :one, nested.x[0] = :one", {
      ExpressionAttributeValues: { ":one": { N: "1" } },
    });
    cool();
    expect(await get("a")).toMatchObject({ n: { N: "2" }, nested: { M: { x: {} } } });
    const found = await onTable("Scan", {
      FilterExpression: "n > :two",
      ExpressionAttributeValues: { ":two": { N: "2" } },
    });
    expect(found).toMatchObject({ Count: 2, ScannedCount: 5 });
  });
});

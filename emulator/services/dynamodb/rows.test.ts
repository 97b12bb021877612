import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AttributeValue, copyItem, type Item } from "./items.ts";
import { itemOf, rowOf } from "./rows.ts";
import { item, startDynamo } from "./testing/start-dynamo.ts";

/** So many rows that none of those before is warm. */
const cool = () => {
  for (let i = 0; i < 1024; i++) rowOf({});
};

const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "\u0001", "a\u0001b"));
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
const items = fc
  .dictionary(fc.string({ unit: "binary" }), value)
  .filter((one) => !Object.hasOwn(one, "__proto__"))
  .map((one): Item => ({ ...one }));

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
    const { packed } = row;
    expect(packed).toBe("x");
    expect(itemOf(row)).toEqual({ a: { S: "x" } });
    cool();
    expect(row.packed).toBe(packed);
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

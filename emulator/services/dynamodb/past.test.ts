import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forked } from "../../kernel/testing/fork.ts";
import { dynamoOf, item, keySchema, startDynamo } from "./testing/start-dynamo.ts";

const lag = 1_000;

/** Items of one partition, "n" the number of the write that made them, with a global and a local index on it. */
const open = (reads = lag, seed = 1) =>
  startDynamo({
    seed,
    lags: { reads },
    table: {
      AttributeDefinitions: ["pk", "sk", "shelf", "n"].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      GlobalSecondaryIndexes: [
        {
          IndexName: "shelves",
          KeySchema: keySchema("shelf", "n"),
          Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["twin"] },
        },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: "byNumber",
          KeySchema: keySchema("pk", "n"),
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    },
  });

type State = { n: string; shelf: string } | undefined;
const rowOf = (sk: string, state: NonNullable<State>) =>
  item("p", { sk, ...state, twin: state.n, ...(state.shelf === "" && { shelf: { NULL: true } }) });
const itemOf = (sk: string, { n, shelf }: NonNullable<State>) => {
  const { shelf: _, ...rest } = rowOf(sk, { n, shelf });
  return shelf === "" ? rest : { ...rest, shelf: { S: shelf } };
};
const Key = (sk: string) => item("p", { sk });
const all = { KeyConditionExpression: "pk = :p", ExpressionAttributeValues: { ":p": { S: "p" } } };
const onShelf = (shelf: string) => ({
  IndexName: "shelves",
  KeyConditionExpression: "shelf = :s",
  ExpressionAttributeValues: { ":s": { S: shelf } },
});

describe("a read that need not be consistent", () => {
  const names = ["a", "b", "c"];
  const step = fc.record({
    sk: fc.constantFrom(...names),
    shelf: fc.constantFrom("A", "B", "", "gone"),
    wait: fc.integer({ min: 0, max: 600 }),
  });

  it("shows each item whole, as it was at some moment of the time that it may lag", async () => {
    const plan = fc.array(step, { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(plan, fc.integer(), async (steps, seed) => {
        const { db, onTable, clock } = await open(lag, seed);
        const history = new Map(names.map((sk) => [sk, [{ state: undefined as State, from: 0 }]]));
        /** What the item may look like, as JSON; "" where it is not there. */
        const possible = (
          sk: string,
          within: (state: NonNullable<State>) => boolean = () => true,
        ) => {
          const past = history.get(sk) ?? [];
          return past
            .filter((_, i) => (past[i + 1]?.from ?? clock.now() + 1) > clock.now() - lag)
            .map(({ state }) => (state && within(state) ? JSON.stringify(itemOf(sk, state)) : ""));
        };
        type Shown = Record<string, { S: string }>;
        const sorted = (shown: Shown) =>
          JSON.stringify(
            Object.fromEntries(
              ["pk", "sk", "n", "twin", "shelf"].flatMap((name) =>
                shown[name] ? [[name, shown[name]]] : [],
              ),
            ),
          );
        const check = (items: Shown[], within?: (state: NonNullable<State>) => boolean) => {
          expect(new Set(items.map(({ sk }) => sk?.S)).size).toBe(items.length);
          for (const sk of names) {
            const shown = items.find((one) => one.sk?.S === sk);
            expect(possible(sk, within)).toContain(shown ? sorted(shown) : "");
          }
        };

        for (const [i, { sk, shelf, wait }] of steps.entries()) {
          await clock.advance(wait);
          const n = String(i).padStart(3, "0");
          const state = shelf === "gone" ? undefined : { n, shelf };
          if (state) await onTable("PutItem", { Item: itemOf(sk, state) });
          else await onTable("DeleteItem", { Key: Key(sk) });
          history.get(sk)?.push({ state, from: clock.now() });

          const RequestItems = { Things: { Keys: names.map(Key) } };
          check((await db("BatchGetItem", { RequestItems })).Responses.Things);
          const got = names.map(async (one) => (await onTable("GetItem", { Key: Key(one) })).Item);
          check((await Promise.all(got)).filter(Boolean));
          check((await onTable("Scan")).Items);
          for (const ScanIndexForward of [true, false]) {
            const read = async (more: object) =>
              (await onTable("Query", { ScanIndexForward, ...more })).Items;
            const items = await read(all);
            check(items);
            const order = items.map((one: Shown) => one.sk?.S);
            expect(order).toEqual(ScanIndexForward ? order.toSorted() : order.toSorted().reverse());
            check(await read({ ...all, IndexName: "byNumber", Select: "ALL_ATTRIBUTES" }));
            for (const shelf of ["A", "B"])
              check(await read(onShelf(shelf)), (state) => state.shelf === shelf);
          }
          const now = (await onTable("Query", { ...all, ConsistentRead: true })).Items;
          const current = names.map((one) => history.get(one)?.at(-1)?.state);
          expect(now.map(sorted)).toEqual(
            names.flatMap((one, at) => {
              const state = current[at];
              return state ? [JSON.stringify(itemOf(one, state))] : [];
            }),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it("sees old and new while it may lag, and afterwards only what is", async () => {
    const { onTable, clock } = await open();
    const put = (n: string) => onTable("PutItem", { Item: itemOf("a", { n, shelf: "A" }) });
    const seen = async () => {
      const found = new Set<string>();
      for (let i = 0; i < 40; i++)
        found.add((await onTable("Query", onShelf("A"))).Items[0]?.n.S ?? "nothing");
      return [...found].sort();
    };
    await put("1");
    await clock.advance(5_000);
    await put("2");
    await clock.advance(400);
    expect(await seen()).toEqual(["1", "2"]);
    await clock.advance(400);
    await put("3");
    await clock.advance(500);
    expect(await seen()).toEqual(["2", "3"]);
    await clock.advance(500);
    expect(await seen()).toEqual(["3"]);
  });

  it("lags in pages as in whole, and counts what it shows", async () => {
    const { onTable, clock } = await open();
    for (const sk of ["a", "c", "e"])
      await onTable("PutItem", { Item: itemOf(sk, { n: sk, shelf: "A" }) });
    await clock.advance(5_000);
    for (const sk of ["b", "d"])
      await onTable("PutItem", { Item: itemOf(sk, { n: sk, shelf: "A" }) });
    await onTable("DeleteItem", { Key: Key("c") });
    await clock.advance(lag / 4);
    const found = new Set<string>();
    for (let i = 0; i < 60; i++) {
      let start: object | undefined;
      let keys = "";
      do {
        const { Items, Count, LastEvaluatedKey } = await onTable("Query", {
          ...all,
          Limit: 2,
          ExclusiveStartKey: start,
        });
        expect(Count).toBe(Items.length);
        keys += Items.map((one: { sk: { S: string } }) => one.sk.S).join("");
        start = LastEvaluatedKey;
      } while (start);
      found.add(keys);
    }
    for (const keys of found) expect(keys).toMatch(/^ab?c?d?e$/);
    expect(found.size).toBeGreaterThan(1);
  });

  it("is exact in transactions, and in any read where nothing lags", async () => {
    const lagging = await open();
    const exact = await open(0);
    for (const { onTable, db, clock } of [lagging, exact]) {
      for (const n of ["1", "2"]) {
        await clock.advance(5_000);
        await onTable("PutItem", { Item: itemOf("a", { n, shelf: "A" }) });
      }
      for (let i = 0; i < 20; i++) {
        const TransactItems = [{ Get: { TableName: "Things", Key: Key("a") } }];
        const { Responses } = await db("TransactGetItems", { TransactItems });
        expect(Responses[0].Item.n.S).toBe("2");
      }
    }
    expect((await exact.onTable("Query", onShelf("A"))).Items[0].n.S).toBe("2");
    await expect(
      lagging.onTable("Query", { ...onShelf("A"), ConsistentRead: true }),
    ).rejects.toMatchObject({
      message: "Consistent reads are not supported on global secondary indexes",
    });
  });

  it("is the same in every run of a seed, and in two forks", async () => {
    const run = async (onTable: (operation: string, input: object) => Promise<unknown>) => {
      const answers = [];
      for (const n of ["1", "2", "3"]) {
        await onTable("PutItem", { Item: itemOf("a", { n, shelf: "A" }) });
        for (let i = 0; i < 5; i++) answers.push(await onTable("GetItem", { Key: Key("a") }));
      }
      return answers;
    };
    const [first, second] = [await open(), await open()];
    expect(await run(first.onTable)).toEqual(await run(second.onTable));
    const forks = [1, 2].map(() => forked(first.cloud, first.makers, { seed: 3 }));
    const [one, other] = (await Promise.all(forks)).map((fork) => run(dynamoOf(fork).onTable));
    expect(await one).toEqual(await other);
  });
});

import { describe, expect, it } from "vitest";
import { createKeeper } from "./keep.ts";

describe("the state of the engines", () => {
  it("is copied: what happens later changes neither the copy nor what was made of it", () => {
    const keeper = createKeeper();
    const lists = keeper.map<number[]>("lists", (list) => [...list]);
    lists.set("a", [1]);
    const taken = keeper.take();
    lists.get("a")?.push(2);
    lists.set("b", []);
    keeper.put(taken);
    expect([...lists]).toEqual([["a", [1]]]);
    lists.get("a")?.push(3);
    keeper.put(taken);
    expect([...lists]).toEqual([["a", [1]]]);
  });

  it("refuses two parts of one name", () => {
    const keeper = createKeeper();
    keeper.map("queues");
    expect(() => keeper.map("queues")).toThrow("Two parts of the state are named queues.");
  });

  it("is told in groups, what is made before what is in it, each entry as it is at the end", () => {
    const keeper = createKeeper();
    const tables = keeper.map<string>("tables");
    const rows = keeper.map<number>("rows");
    const heard: unknown[] = [];
    const soon: (() => void)[] = [];
    const stop = keeper.record(
      (changes) => heard.push(changes),
      (flush) => soon.push(flush),
    );
    rows.set("a", 1).set("b", 1).set("a", 2).delete("b");
    tables.set("t", "new");
    expect(heard).toEqual([]);
    expect(soon).toHaveLength(1);
    for (const flush of soon) flush();
    rows.set("c", 3);
    stop();
    rows.set("d", 4);
    keeper.flush();
    expect(heard).toEqual([
      [
        ["tables", "t", "new"],
        ["rows", "a", 2],
        ["rows", "b"],
      ],
      [["rows", "c", 3]],
    ]);
  });
});

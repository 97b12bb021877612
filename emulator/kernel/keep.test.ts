import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openJournal } from "./journal.ts";
import { createKeeper } from "./keep.ts";

const emptyDir = () => mkdtempSync(join(tmpdir(), "acmecorp-journal-"));

const lose = (error: Error): never => {
  throw error;
};

/** An engine's state, kept in a directory. */
const opened = (dir: string, large?: number) => {
  const keeper = createKeeper();
  const numbers = keeper.map<number>("numbers");
  const lists = keeper.map<number[]>("lists", (list) => [...list]);
  numbers.set("from the boot", 1);
  const journal = openJournal(dir, lose, large);
  journal.replay(keeper);
  return { keeper, numbers, lists, journal };
};

const linesOf = (dir: string) =>
  readFileSync(join(dir, "journal.jsonl"), "utf8").trimEnd().split("\n");

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
});

describe("the journal", () => {
  it("has what was flushed when the process ends without a word", () => {
    const dir = emptyDir();
    const first = opened(dir);
    first.numbers.set("a", 1).set("b", 2);
    first.keeper.flush();
    first.numbers.set("a", 3).delete("b");
    first.lists.set("l", [1]);
    first.lists.get("l")?.push(2);
    first.keeper.flush();
    first.numbers.set("lost", 1); // nobody was told of it
    const second = opened(dir);
    expect(Object.fromEntries(second.numbers)).toEqual({ "from the boot": 1, a: 3 });
    expect(second.lists.get("l")).toEqual([1, 2]);
    second.journal.close();
  });

  it("remembers that something of the boot was taken away", () => {
    const dir = emptyDir();
    const first = opened(dir);
    first.numbers.delete("from the boot");
    first.journal.close();
    const second = opened(dir);
    expect([...second.numbers]).toEqual([]);
    second.journal.close();
    const third = opened(dir);
    expect([...third.numbers]).toEqual([]);
    third.journal.close();
  });

  it("drops a line that was cut off, and goes on behind the one before", () => {
    const dir = emptyDir();
    const first = opened(dir);
    first.numbers.set("a", 1);
    first.journal.close();
    const file = join(dir, "journal.jsonl");
    writeFileSync(file, `${readFileSync(file, "utf8")}[["numbers","a",2`);
    const second = opened(dir);
    expect(second.numbers.get("a")).toBe(1);
    second.journal.close();
  });

  it("is written anew when it is long, each entry once", () => {
    const dir = emptyDir();
    const { keeper, numbers, journal } = opened(dir, 1000);
    for (let i = 1; i <= 1000; i++) {
      numbers.set("a", i).set(`gone ${i}`, i).delete(`gone ${i}`);
      keeper.flush();
    }
    expect(linesOf(dir).length).toBeLessThan(100);
    journal.close();
    const again = opened(dir);
    expect(Object.fromEntries(again.numbers)).toEqual({ "from the boot": 1, a: 1000 });
    expect(linesOf(dir)).toHaveLength(2);
    again.journal.close();
  });

  it.each([
    ["is not a journal", '{"some":"thing"}\n', "is not a journal of this version"],
    ["is damaged", '{"journal":"aws-emulator","version":1}\noops\n', "its line 2 is not JSON"],
  ])("does not start over a file that %s, and leaves it as it is", (_, text, words) => {
    const dir = emptyDir();
    const file = join(dir, "journal.jsonl");
    writeFileSync(file, text);
    expect(() => openJournal(dir, lose)).toThrow(words);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("does not start where another process writes", () => {
    const dir = emptyDir();
    writeFileSync(join(dir, "lock"), String(process.ppid));
    expect(() => openJournal(dir, lose)).toThrow(`in use by another local cloud, the process`);
  });

  it("does not start where it cannot write", () => {
    const dir = emptyDir();
    writeFileSync(join(dir, "file"), "");
    expect(() => openJournal(join(dir, "file"), lose)).toThrow("Cannot keep anything in");
  });

  const operation = fc.oneof(
    fc.tuple(fc.constant("set" as const), fc.string({ maxLength: 2 }), fc.integer()),
    fc.tuple(fc.constant("delete" as const), fc.string({ maxLength: 2 }), fc.constant(0)),
    fc.tuple(fc.constant("restart" as const), fc.constant(""), fc.constant(0)),
  );
  it("loses nothing, however often it is opened", () =>
    fc.assert(
      fc.property(fc.array(operation), (operations) => {
        const dir = emptyDir();
        const expected = new Map([["from the boot", 1]]);
        let now = opened(dir, 200);
        for (const [what, key, value] of operations) {
          if (what === "set") {
            now.numbers.set(key, value);
            expected.set(key, value);
          } else if (what === "delete") {
            now.numbers.delete(key);
            expected.delete(key);
          } else now = opened(dir, 200);
          now.keeper.flush();
        }
        now.journal.close();
        const after = opened(dir, 200);
        after.journal.close();
        expect(Object.fromEntries(after.numbers)).toEqual(Object.fromEntries(expected));
      }),
      { numRuns: 50 },
    ));
});

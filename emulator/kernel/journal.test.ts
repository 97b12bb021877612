import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openJournal } from "./journal.ts";
import { createKeeper } from "./keep.ts";
import { emptyDir, leftOf, opened } from "./testing/journals.ts";
import { name } from "./testing/writer.ts";

const fail = (problem: unknown): never => {
  throw problem;
};

/** What a directory keeps, and what was said when it was opened. */
const keptIn = (dir: string) => {
  const { numbers, said, journal } = opened(dir);
  journal.close();
  return { numbers: Object.fromEntries(numbers), said };
};

describe("the journal", () => {
  it("has what was flushed when the process ends without a word", () => {
    const dir = emptyDir();
    const { numbers, lists, keeper } = opened(dir);
    numbers.set("a", 1).set("b", 2);
    keeper.flush();
    numbers.set("a", 3).delete("b");
    lists.set("l", [1]);
    lists.get("l")?.push(2);
    keeper.flush();
    numbers.set("lost", 1); // nobody was told of it
    const second = opened(leftOf(dir));
    expect(Object.fromEntries(second.numbers)).toEqual({ "from the boot": 1, a: 3 });
    expect(second.lists.get("l")).toEqual([1, 2]);
    expect(second.said).toEqual([]);
  });

  it("has what changed last when it is closed, and writes by itself what nobody waits for", () => {
    const dir = emptyDir();
    const { numbers, journal, flushes } = opened(dir);
    numbers.set("a", 1);
    for (const flush of flushes) flush();
    expect(keptIn(leftOf(dir)).numbers).toEqual({ "from the boot": 1, a: 1 });
    numbers.set("b", 2);
    journal.close();
    expect(keptIn(dir).numbers).toEqual({ "from the boot": 1, a: 1, b: 2 });
  });

  it("remembers that something of the boot was taken away", () => {
    const dir = emptyDir();
    const first = opened(dir);
    first.numbers.delete("from the boot");
    first.journal.close();
    for (let life = 0; life < 2; life++) expect(keptIn(dir).numbers).toEqual({});
  });

  it("knows when it was written last, so that time need not go back", () => {
    const dir = emptyDir();
    expect(opened(dir, { time: 1234 }).journal.lastSeen).toBe(0);
    const copy = leftOf(dir);
    opened(copy, { time: 5678 }).journal.close();
    expect(opened(copy).journal.lastSeen).toBe(5678);
  });

  it("writes what is said again and again in a group once", () => {
    const dir = emptyDir();
    const { keeper, lists } = opened(dir);
    const list = Array.from({ length: 1000 }, (_, i) => i);
    for (let i = 0; i < 50; i++) lists.set(String(i), list);
    keeper.flush();
    expect(statSync(join(dir, "journal")).size).toBeLessThan(2 * JSON.stringify(list).length);
    expect(opened(leftOf(dir)).lists.get("49")).toEqual(list);
  });
});

describe("a journal that is not as it was written", () => {
  /** A journal of three groups: its bytes as they were after each, and the last state but one. */
  const written = () => {
    const dir = emptyDir();
    const { keeper, numbers } = opened(dir);
    const file = join(dir, "journal");
    const after = [1, 2, 3].map((n) => {
      numbers.set("a", n);
      keeper.flush();
      return readFileSync(file);
    });
    return after as [Buffer, Buffer, Buffer];
  };
  const dirWith = (bytes: Buffer | string, called = "journal") => {
    const dir = emptyDir();
    writeFileSync(join(dir, called), bytes);
    return dir;
  };

  it("is cut off at the record that was being written when it ended, wherever in that, and says so", () => {
    const [, before, all] = written();
    for (let end = before.length + 1; end < all.length; end++) {
      const dir = dirWith(all.subarray(0, end));
      const { numbers, said } = keptIn(dir);
      expect(numbers.a).toBe(2);
      expect(said).toEqual([
        expect.stringMatching(
          `ended within a record, which nobody was told of: its last ${end - before.length} bytes`,
        ),
      ]);
      expect(keptIn(dir).said).toEqual([]);
    }
    expect(keptIn(dirWith(before))).toMatchObject({ numbers: { a: 2 }, said: [] });
  });

  it("is not opened when any byte of it is another, and is left as it is", () => {
    const [, , all] = written();
    for (let at = 0; at < all.length; at++) {
      const bytes = Buffer.from(all);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      const dir = dirWith(bytes);
      expect(() => keptIn(dir), `byte ${at}`).toThrow(/is damaged at byte \d+ of|not a journal of/);
      expect(readFileSync(join(dir, "journal"))).toEqual(bytes);
    }
  });

  it("is not opened when a record is missing, is there twice, or is where another was", () => {
    const [one, two, three] = written();
    const first = one.length - (two.length - one.length); // where the header ends
    const second = two.subarray(one.length);
    const third = three.subarray(two.length);
    for (const parts of [
      [one, third],
      [one, second, second, third],
      [one, third, second],
      [one.subarray(0, first), second, third],
      [one.subarray(first), second, third],
    ])
      expect(() => keptIn(dirWith(Buffer.concat(parts)))).toThrow(
        /damaged at byte|not a journal of/,
      );
  });

  it.each([
    ["empty", "", "journal", "is empty, which no journal is"],
    ["something else", "Dear diary", "journal", `is not a journal of ${name}`],
    ["an earlier version's", "{}", "journal.jsonl", "was written by an earlier version"],
  ])("is not taken for a new one: %s", (_, text, called, words) => {
    const dir = dirWith(text, called);
    expect(() => keptIn(dir)).toThrow(words);
    expect(() => keptIn(dir)).toThrow(expect.objectContaining({ name: "CannotStart" }));
    expect(readFileSync(join(dir, called), "utf8")).toBe(text);
  });

  it("is not opened as that of something else", () => {
    const dir = emptyDir();
    opened(dir).journal.close();
    expect(() => opened(dir, { name: "another" })).toThrow("is not a journal of another");
  });

  it.each([
    ["a file in its place", () => join(dirWith("", "file"), "file")],
    ["no directory above it", () => join(dirWith("", "file"), "file", "below")],
    ["a system that has no files", () => "/proc"],
    ["a system that makes no directories", () => "/proc/acme/state"],
  ])("cannot be made where there is %s: one sentence", (_, place) => {
    expect(() => opened(place())).toThrow(/^Cannot keep anything in [^\n]*\.$/);
  });

  it("stops all when its directory is deleted, before anybody is told that something is kept", () => {
    const dir = emptyDir();
    const { numbers, keeper } = opened(dir);
    numbers.set("a", 1);
    keeper.flush();
    rmSync(dir, { recursive: true });
    numbers.set("a", 2);
    expect(keeper.flush).toThrow("its file was deleted");
  });

  it.each<[string, (journal: string) => void, string]>([
    ["renamed", (journal) => renameSync(journal, `${journal}.x`), "it was taken away"],
    [
      "deleted and kept under another name",
      (journal) => {
        linkSync(journal, `${journal}.x`);
        rmSync(journal);
      },
      "it was taken away",
    ],
    ["emptied", (journal) => truncateSync(journal), "somebody else has written to it"],
    ["written to", (journal) => appendFileSync(journal, "x"), "somebody else has written to it"],
  ])("stops all when its file is %s", (_, spoil, words) => {
    const dir = emptyDir();
    const { numbers, keeper } = opened(dir);
    spoil(join(dir, "journal"));
    numbers.set("a", 2);
    expect(keeper.flush).toThrow(words);
  });

  it("stops all when its lock is taken away, for then another process may write, too", () => {
    const dir = emptyDir();
    const beats: (() => void)[] = [];
    const later = (task: () => void, ms: number) => void (ms === 1000 && beats.push(task));
    opened(dir, { later });
    beats.shift()?.();
    rmSync(join(dir, "lock.sqlite"));
    expect(() => beats.shift()?.()).toThrow("lock.sqlite was taken away");
  });
});

describe("a journal that has grown", () => {
  const slice = { entries: 3, bytes: 400, ms: 1000 };
  /** So many entries, each written several times, in a journal that is due to be compacted. */
  const grown = (entries: number, slices = slice) => {
    const dir = emptyDir();
    const { numbers, keeper, journal } = opened(dir);
    for (let i = 0; i < 3 * entries; i++) {
      numbers.set(String(i % entries), i);
      keeper.flush();
    }
    journal.close();
    const shelf = opened(dir, { large: 300, slice: slices });
    shelf.numbers.set("one more", 1);
    shelf.keeper.flush();
    return { dir, ...shelf };
  };
  const size = (dir: string, called = "journal") => {
    const file = join(dir, called);
    return existsSync(file) ? statSync(file).size : 0;
  };
  /** Until the journal is compacted, what was due before included. Between any two tasks, `between` is called. */
  const compacted = async (
    { dir, tasks, run }: ReturnType<typeof grown>,
    between = (_turn: number) => {},
  ) => {
    between(0); // it is due, and has not begun
    run();
    for (let turn = 1; existsSync(join(dir, "journal.new")); turn++) {
      between(turn);
      if (tasks.length > 0) run();
      else await new Promise(setImmediate); // the disk
    }
  };

  it("is written anew, each entry once", async () => {
    const shelf = grown(40);
    const before = size(shelf.dir);
    await compacted(shelf);
    expect(size(shelf.dir)).toBeLessThan(before / 3);
    expect(keptIn(leftOf(shelf.dir)).numbers).toEqual(Object.fromEntries(shelf.numbers));
  });

  it.each([
    { ...slice, least: 100 / slice.entries },
    { entries: 1000, bytes: 10_000, ms: 0, least: 90 }, // each entry takes long to read
  ])("is written a little at a time: no slice is longer than it may be: %o", async (slice) => {
    const shelf = grown(100, slice);
    let before = 0;
    let slices = 0;
    await compacted(shelf, () => {
      const now = size(shelf.dir, "journal.new");
      if (now === before) return;
      expect(now - before).toBeLessThan(2 * slice.bytes);
      before = now;
      slices += 1;
    });
    expect(slices).toBeGreaterThan(slice.least);
  });

  it("has all that was told meanwhile, whenever the process ends", async () => {
    const shelf = grown(30);
    const { dir, numbers, keeper } = shelf;
    let lives = 0;
    await compacted(shelf, (turn) => {
      numbers.set(String(turn % 40), -turn).delete(String((turn * 7) % 40));
      keeper.flush();
      expect(keptIn(leftOf(dir)).numbers).toEqual(Object.fromEntries(numbers));
      lives += 1;
    });
    expect(lives).toBeGreaterThan(10);
    expect(keptIn(leftOf(dir)).numbers).toEqual(Object.fromEntries(numbers));
  });

  it("comes to its end although more is told meanwhile than a slice holds", async () => {
    const shelf = grown(30);
    await compacted(shelf, (turn) => {
      expect(turn).toBeLessThan(1000);
      for (let i = 0; i < 2 * slice.entries; i++) shelf.numbers.set(`new ${turn} ${i}`, i);
      shelf.keeper.flush();
    });
    expect(keptIn(leftOf(shelf.dir)).numbers).toEqual(Object.fromEntries(shelf.numbers));
  });

  it("never has one half of what changed together, though it was not told yet", async () => {
    const shelf = grown(20);
    await compacted(shelf, (turn) => {
      for (let i = 0; i < 20; i++) shelf.numbers.set(String(i), 1000 + turn);
      const { "from the boot": _, "one more": __, ...kept } = keptIn(leftOf(shelf.dir)).numbers;
      if (turn > 1) expect(new Set(Object.values(kept)).size).toBe(1);
    });
    const { "from the boot": _, "one more": __, ...kept } = keptIn(leftOf(shelf.dir)).numbers;
    expect(new Set(Object.values(kept)).size).toBe(1);
  });

  it("goes on growing where there is no room for another, says so, and loses nothing", async () => {
    const dir = emptyDir();
    mkdirSync(join(dir, "journal.new"));
    // The first one is made beside its place, too.
    expect(() => opened(dir)).toThrow("Cannot keep anything in");
    rmSync(join(dir, "journal.new"), { recursive: true });
    const shelf = opened(dir, { large: 300, slice });
    mkdirSync(join(dir, "journal.new"));
    for (let i = 0; i < 100; i++) {
      shelf.numbers.set("a", i);
      shelf.keeper.flush();
    }
    while (shelf.tasks.length > 0) shelf.run();
    expect(shelf.said[0]).toMatch(/was not compacted and goes on growing: .*\.$/);
    expect(keptIn(leftOf(dir)).numbers.a).toBe(99);
  });

  it("is given up when it is closed, and leaves nothing behind", () => {
    const { dir, journal, run, tasks, numbers } = grown(40);
    run();
    expect(existsSync(join(dir, "journal.new"))).toBe(true);
    journal.close();
    expect(existsSync(join(dir, "journal.new"))).toBe(false);
    while (tasks.length > 0) run();
    expect(keptIn(dir).numbers).toEqual(Object.fromEntries(numbers));
  });

  const key = fc.string({ maxLength: 2 });
  const operation = fc.oneof(
    fc.record({ what: fc.constant("set" as const), key, value: fc.integer() }),
    fc.record({ what: fc.constant("delete" as const), key }),
    fc.record({ what: fc.constantFrom("flush" as const, "run" as const, "end" as const) }),
  );
  it("loses nothing, however often it is opened and whatever is under way", () =>
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        let dir = emptyDir();
        const options = { large: 200, slice: { entries: 2, bytes: 50, ms: 1000 } };
        let now = opened(dir, options);
        for (const next of operations) {
          if (next.what === "set") now.numbers.set(next.key, next.value);
          else if (next.what === "delete") now.numbers.delete(next.key);
          else if (next.what === "flush") now.keeper.flush();
          else if (next.what === "run") now.run();
          else {
            now.keeper.flush();
            const expected = Object.fromEntries(now.numbers);
            dir = leftOf(dir);
            now = opened(dir, options);
            expect(Object.fromEntries(now.numbers)).toEqual(expected);
          }
        }
      }),
      { numRuns: 60 },
    ));
});

describe("the lock of a directory", () => {
  it("keeps a second one out, until the first is closed", () => {
    const dir = emptyDir();
    const first = opened(dir);
    expect(() => opened(dir)).toThrow(`${dir} is in use by another process: stop that first.`);
    first.journal.close();
    opened(dir).journal.close();
  });

  it("is made in no directory that holds the things of somebody else, and in no file", () => {
    const dir = emptyDir();
    writeFileSync(join(dir, "notes.md"), "mine");
    expect(() => opened(dir)).toThrow("it holds other things");
    expect(readdirSync(dir)).toEqual(["notes.md"]);
    expect(() => opened(join(dir, "notes.md"))).toThrow("notes.md: it is not a directory.");
  });

  it("is left when what is in the directory cannot be opened", () => {
    const dir = emptyDir();
    writeFileSync(join(dir, "journal"), "");
    for (let i = 0; i < 2; i++)
      expect(() => openJournal(dir, { name, lose: fail, say: fail })).toThrow("is empty");
  });

  it("asks no process id: one that an earlier version left there keeps nobody out", () => {
    const dir = emptyDir();
    writeFileSync(join(dir, "lock"), String(process.ppid));
    const { journal } = opened(dir);
    journal.replay(createKeeper(), () => 0);
    journal.close();
  });
});

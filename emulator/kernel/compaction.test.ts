import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { emptyDir, opened } from "./testing/journals.ts";

it("lets others have their turn while a part looks for something and has found nothing", async () => {
  const dir = emptyDir();
  const slice = { entries: 1000, bytes: 10_000, ms: 0 };
  const { keeper, numbers, tasks, run } = opened(dir, { large: 300, slice });
  let turn = 0;
  const turns: number[] = [];
  keeper.part("slow", {
    get: () => undefined,
    apply() {},
    keys: () => [],
    *entries() {
      for (let i = 0; i < 5; i++) {
        turns.push(turn);
        yield undefined;
      }
      yield ["found", "at last"];
    },
    take: () => [],
    put() {},
    entriesOf: () => [],
  });
  while (tasks.length === 0) {
    numbers.set("a", numbers.size);
    keeper.flush();
  }
  for (; tasks.length > 0; turn++) run();
  expect(new Set(turns).size).toBe(5);
  while (existsSync(join(dir, "journal.new"))) await new Promise(setImmediate);
  expect(readFileSync(join(dir, "journal"), "utf8")).toContain('["slow","found","at last"]');
});

import { spawn, spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { emptyDir, opened } from "./testing/journals.ts";
import { KEYS } from "./testing/writer.ts";

const program = join(import.meta.dirname, "testing/writer.ts");
const running = new Set<ReturnType<typeof spawn>>();
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a process that writes, through another command if one is given. */
const writer = (dir: string, [command = process.execPath, ...before]: string[] = []) => {
  const child = spawn(command, [...before, program, dir], { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let [output, errors] = ["", ""];
  let heard = () => {};
  child.stdout.on("data", (text) => {
    output += text;
    heard();
  });
  child.stderr.on("data", (text) => {
    errors += text;
  });
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) =>
    child.on("close", (code) => {
      running.delete(child);
      heard();
      resolve({ code, errors });
    }),
  );
  const lines = () => output.split("\n").slice(0, -1);
  /** Until it has said so many lines, or has ended. Answers whether it goes on. */
  const said = async (count: number) => {
    while (running.has(child) && lines().length < count)
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    return running.has(child);
  };
  const kill = () => {
    child.kill("SIGKILL");
    return ended;
  };
  return { said, kill, ended, last: () => Number(lines().at(-1)), errors: () => errors };
};

describe("a process that keeps its state", () => {
  it("has all that it acknowledged after kill -9, whenever that was, and opens again at once", async () => {
    const dir = emptyDir();
    let acknowledged = 0;
    for (let life = 1; life <= 8; life++) {
      const process = writer(dir);
      expect(await process.said(150 + 29 * life), process.errors()).toBe(true);
      const { errors } = await process.kill();
      expect(errors).toMatch(/^(|.* are cut off\.\n)$/);
      acknowledged = process.last();
      const { numbers, journal } = opened(dir);
      const newest = Math.max(...numbers.values());
      expect(newest).toBeGreaterThanOrEqual(acknowledged);
      // Nothing older, nothing newer than the newest, nothing missing.
      const expected = Array.from({ length: KEYS }, (_, i) => newest - i).sort((a, b) => a - b);
      const found = [...numbers].filter(([key]) => key !== "from the boot").map(([, n]) => n);
      expect(found.sort((a, b) => a - b)).toEqual(expected);
      journal.close();
    }
    expect(acknowledged).toBeGreaterThan(8 * 150);
  });

  it("is alone with its directory, however many start at once", async () => {
    const dir = emptyDir();
    const all = [1, 2, 3, 4].map(() => writer(dir));
    const went = await Promise.all(all.map((one) => one.said(1)));
    expect(went.filter(Boolean)).toHaveLength(1);
    for (const [i, one] of all.entries()) {
      const { code, errors } = await (went[i] ? one.kill() : one.ended);
      if (!went[i])
        expect([code, errors]).toEqual([
          2,
          `${dir} is in use by another process: stop that first.\n`,
        ]);
    }
    const next = writer(dir);
    expect(await next.said(1), next.errors()).toBe(true);
  });

  const apart = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
  const [unshare = "", ...flags] = apart;
  it.skipIf(spawnSync(unshare, [...flags, "true"]).status !== 0)(
    "is alone with its directory among processes that do not see each other, and have the same id",
    async () => {
      const dir = emptyDir();
      const inside = () => writer(dir, [...apart, process.execPath]);
      const first = inside();
      expect(await first.said(1), first.errors()).toBe(true);
      for (const second of [inside(), writer(dir)]) {
        const { code, errors } = await second.ended;
        expect([code, errors]).toEqual([
          2,
          `${dir} is in use by another process: stop that first.\n`,
        ]);
      }
      await first.kill();
      const next = inside();
      expect(await next.said(1), next.errors()).toBe(true);
    },
  );

  it("says that it stops when its directory is deleted, and acknowledges nothing more", async () => {
    const dir = emptyDir();
    const process = writer(dir);
    expect(await process.said(100)).toBe(true);
    rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
    const { code, errors } = await process.ended;
    expect(code).toBe(1);
    expect(errors).toMatch(/^[^\n]+\n$/);
    expect(existsSync(dir)).toBe(false);
  });

  /** A disk on which a file may have so many kilobytes. */
  const disk = (kilobytes: number) => [
    "bash",
    "-c",
    `ulimit -f ${kilobytes}; exec "$0" "$@"`,
    process.execPath,
  ];
  it.skipIf(process.platform === "win32").each([
    [0, 2, /^Cannot keep anything in .*: EFBIG.*\.\n$/],
    [1, 1, /journal: EFBIG[^\n]*\n$/],
  ])(
    "says so where the disk is full after %d KB, and has what it acknowledged",
    async (kilobytes, code, words) => {
      const dir = emptyDir();
      const full = writer(dir, disk(kilobytes));
      expect(await full.ended).toEqual({ code, errors: expect.stringMatching(words) });
      if (code === 1) {
        const { numbers } = opened(dir);
        expect(Math.max(...numbers.values())).toBe(full.last());
      }
    },
  );
});

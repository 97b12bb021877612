import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListExecutionsCommand, ListStateMachinesCommand } from "@aws-sdk/client-sfn";
import { afterAll, describe, expect, it } from "vitest";
import { openOutsideShop } from "./outside-shop.ts";

const root = mkdtempSync(join(tmpdir(), "petstore-persist-"));
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 20 }));

/** What a directory is, that the shop is to keep its state in. */
const dirWith = (files: Record<string, string>) => {
  const dir = mkdtempSync(join(root, "state-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
};

/** Starts the shop through a shell that lets no file grow beyond so many kilobytes, as a full disk does. */
const start = (dir: string, kilobytes = "unlimited") =>
  spawnSync(
    "bash",
    [
      "-c",
      `ulimit -f ${kilobytes}; exec "$0" "$@"`,
      process.execPath,
      "local/commands/start.ts",
      ...["--port", "0", "--api-port", "0", "--persist", dir],
    ],
    { encoding: "utf8" },
  );

describe("a directory in which nothing can be kept", () => {
  it.each([
    ["it has an empty journal", () => dirWith({ journal: "" }), "is empty, which no journal is"],
    ["it has some other file", () => dirWith({ journal: "Dear diary" }), "is not a journal of the"],
    [
      "it has another file for a key",
      () => dirWith({ "administrator.json": "" }),
      "does not hold the administrator's key",
    ],
    ["it is none", () => join(dirWith({ file: "" }), "file"), "Cannot keep anything in"],
    ["it is the system's", () => "/proc", "Cannot keep anything in /proc: "],
  ])("is refused in one sentence, for %s", (_, dir, words) => {
    const { status, stdout, stderr } = start(dir());
    expect(stderr).toContain(words);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect([status, stdout]).toEqual([2, ""]);
  });

  it("is refused in one sentence, for its disk is full", () => {
    const { status, stderr } = start(dirWith({}), "0");
    expect(stderr).toMatch(/^Cannot keep anything in [^\n]*EFBIG[^\n]*\.\n$/);
    expect(status).toBe(2);
  });

  it("stops the shop in one sentence when it is deleted, and no order is taken any more", async () => {
    const dir = dirWith({});
    const shop = await openOutsideShop({ options: ["--persist", dir] });
    await shop.place();
    const ended = new Promise((resolve) => shop.child.once("exit", resolve));
    rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
    await expect(shop.place()).rejects.toThrow("fetch failed");
    expect(await ended).toBe(1);
    expect(shop.stderr()).toMatch(/^Nothing can be kept any more, so the shop stops: [^\n]*\n$/);
  });
});

describe("F67 a shop that is opened again on a machine whose clock was put back", () => {
  it("goes on from the last moment that it saw, and time passes from there", async () => {
    const dir = dirWith({});
    const open = (minutesBack: number) => {
      const wall = `const wall = Date.now; Date.now = () => wall() - ${minutesBack * 60_000};`;
      const node = ["--import", `data:text/javascript,${encodeURIComponent(wall)}`];
      return openOutsideShop({ node, options: ["--persist", dir] });
    };
    const placed = async (shop: Awaited<ReturnType<typeof open>>) => {
      const orderId = await shop.place();
      await shop.until(orderId, "CONFIRMED");
      return orderId;
    };
    const startsOf = async (shop: Awaited<ReturnType<typeof open>>) => {
      const { stateMachines = [] } = await shop.sfn.send(new ListStateMachinesCommand());
      const stateMachineArn = stateMachines.find(({ name }) =>
        name?.includes("FulfilOrder"),
      )?.stateMachineArn;
      const { executions = [] } = await shop.sfn.send(
        new ListExecutionsCommand({ stateMachineArn }),
      );
      return new Map(executions.map(({ name, startDate }) => [name, Number(startDate)]));
    };
    const first = await open(0);
    const before = await placed(first);
    await first.stop("SIGKILL");
    const second = await open(4); // signatures are good for five
    expect(second.stderr()).toMatch(
      /^[^\n]*later than this machine's clock says it is now: time goes on from there.\n$/,
    );
    const after = await placed(second);
    const starts = await startsOf(second);
    expect(Number(starts.get(after))).toBeGreaterThan(Number(starts.get(before)));
    await second.stop();
  });
});

import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OutsideShop, openOutsideShop } from "./outside-shop.ts";

let shop: OutsideShop;
beforeAll(async () => {
  shop = await openOutsideShop();
});
afterAll(() => shop?.stop());

/** Runs `npm run shop -- …` on that shop. */
const run = (...words: string[]) => {
  const port = new URL(shop.ready.api).port;
  const args = ["local/commands/shop.ts", ...words, "--port", port];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { status, stdout, stderr: stderr.replace(/\(node.*\n.*\n/, "") };
};

it("npm run shop commands a running shop: the relay is paused, an order waits, it is resumed", async () => {
  const paused = run("pause", "relay", "orders");
  expect(paused).toMatchObject({ status: 0, stderr: "" });
  expect(paused.stdout).toMatch(/^OrdersRelayOutbox paused.*\nNext: .*PENDING/);
  const orderId = await shop.place();
  const status = await shop.eventually(async () => {
    const { stdout } = run("status");
    return /waiting +.*OrdersOutbox 1/.test(stdout) && stdout;
  });
  expect(status).toMatch(/paused +OrdersRelayOutbox/);
  expect((await shop.api("GET", `/orders/${orderId}`)).body.status).toBe("PENDING");
  expect(run("resume", "relay", "orders").status).toBe(0);
  await shop.until(orderId, "CONFIRMED");
  expect(JSON.parse(run("scenario", "well", "--json").stdout)).toMatchObject({
    said: expect.stringContaining("well"),
  });
});

it("npm run shop answers what it cannot do in one sentence, with 2", () => {
  expect(run("pause", "the", "moon")).toEqual({
    status: 2,
    stdout: "",
    stderr: expect.stringMatching(/^There is nothing to pause.*\n$/),
  });
  expect(run().stderr).toMatch(/^Say what to do.*\n$/);
  expect(run("--help").stdout).toContain("lose answer of CALL");
});

it("npm run shop drives the clock and the past: pause, step, go on, reset", async () => {
  const orders = async () => (await shop.api("GET", "/orders")).body.items.length as number;
  expect(run("clock", "pause").stdout).toMatch(/^Time stands still/);
  expect(run("status").stdout).toMatch(/time .*, paused/);
  expect(run("scenario", "well").stdout).toMatch(/^The scenario well/);
  expect(run("clock", "step").stdout).toMatch(/^One decision: \S/);
  expect(run("clock", "speed", "5")).toMatchObject({ status: 2, stdout: "" });
  expect(run("clock", "resume").stdout).toMatch(/^Time goes on/);
  const before = await shop.eventually(orders);
  expect(before).toBeGreaterThan(0);
  expect(run("rewind", "20h").stderr).toMatch(/^There is no such moment/);
  expect(run("reset").stdout).toMatch(/doors opened/);
  expect(await orders()).toBe(0);
  expect(run("attention").status).toBe(0);
  await shop.eventually(orders);
});

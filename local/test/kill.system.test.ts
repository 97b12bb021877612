import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

type Ready = { api: string; accessKeyId: string; accounts: Record<string, { token: string }> };

const start = "local/src/start.ts";
const dir = join(mkdtempSync(join(tmpdir(), "petstore-kill-")), "state");
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

/** Opens the shop that the directory keeps, as `npm start -- --persist` does. */
const open = async () => {
  const child = spawn(process.execPath, [
    ...[start, "--json", "--persist", dir, "--port", "0", "--api-port", "0"],
  ]);
  children.add(child);
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const { api, accessKeyId, accounts } = await new Promise<Ready>((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (text) => {
      output += text;
      if (output.includes("\n")) resolve(JSON.parse(output));
    });
    child.once("exit", () => reject(new Error(stderr)));
  });
  const ask = async (path: string, body?: object, key = "") => {
    const response = await fetch(`${api}${path}`, {
      method: body ? "POST" : "GET",
      headers: {
        authorization: `Bearer ${accounts.alice?.token}`,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: an answer, as a client sees it
    return { status: response.status, body: (await response.json()) as any };
  };
  const place = async (n: number) => {
    const lines = [{ productId: "prd_hay", quantity: 1 }];
    const { status, body } = await ask("/orders", { lines, paymentToken: "tok_approve" }, `o-${n}`);
    expect(status).toBe(202);
    return body.orderId as string;
  };
  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.kill(signal);
      children.delete(child);
    });
  return { accessKeyId, ask, place, end };
};

describe("a shop that keeps its state, killed with -9", () => {
  it("loses no order that it acknowledged, makes none twice, and brings each to its end", async () => {
    const placed = new Map<number, string>();
    const keys = new Set<string>();
    const kill = async (orders: number[], after: number) => {
      const shop = await open();
      keys.add(shop.accessKeyId);
      // Those whose answer is cut off by the kill were not acknowledged: they are placed again in the next life.
      await new Promise<void>((resolve) => {
        for (const n of orders)
          shop.place(n).then(
            (orderId) => {
              placed.set(n, orderId);
              if (placed.size >= after) resolve();
            },
            () => {},
          );
      });
      await shop.end("SIGKILL");
    };
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    await kill(numbers.slice(0, 15), 10);
    await kill(numbers.slice(10), 25);

    const shop = await open();
    expect([...keys.add(shop.accessKeyId)]).toHaveLength(1); // exported once, good for ever
    for (const n of numbers) {
      const orderId = await shop.place(n);
      expect(orderId).toBe(placed.get(n) ?? orderId);
      placed.set(n, orderId);
    }
    for (const orderId of placed.values())
      await expect
        .poll(async () => (await shop.ask(`/orders/${orderId}`)).body.status, { timeout: 50_000 })
        .toBe("CONFIRMED");
    await expect
      .poll(async () => (await shop.ask("/products/prd_hay")).body.available)
      .toBe(400 - numbers.length);
    await shop.end("SIGINT");
  });

  it("is not opened twice at once", async () => {
    const shop = await open();
    const again = spawnSync(process.execPath, [start, "--persist", dir], { encoding: "utf8" });
    expect(again).toMatchObject({ status: 2, stdout: "" });
    expect(again.stderr).toMatch(/is in use by another local cloud, the process \d+\.\n$/);
    await shop.end("SIGINT");
  });
});

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetQueueAttributesCommand, ListQueuesCommand } from "@aws-sdk/client-sqs";
import { afterAll, describe, expect, it } from "vitest";
import { type OutsideShop, openOutsideShop } from "./outside-shop.ts";

const dir = join(mkdtempSync(join(tmpdir(), "petstore-kill-")), "state");
const opened = new Set<OutsideShop>();
afterAll(() => {
  for (const { child } of opened) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

/** Opens the shop that the directory keeps, as `npm start -- --persist` does. */
const open = async () => {
  const shop = await openOutsideShop({ options: ["--persist", dir] });
  opened.add(shop);
  return {
    ...shop,
    placeNumber: (n: number) => shop.place("tok_approve", "prd_hay", `o-${n}`),
    end: (signal: NodeJS.Signals) => {
      opened.delete(shop);
      return shop.stop(signal);
    },
  };
};

/** How many dead letters there are, by queue. */
const deadLetters = async ({ sqs }: Pick<OutsideShop, "sqs">) => {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const found: Record<string, string> = {};
  for (const QueueUrl of QueueUrls.filter((url) => url.includes("Dlq"))) {
    const count = "ApproximateNumberOfMessages";
    const ask = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [count] });
    const { Attributes } = await sqs.send(ask);
    if (Attributes?.[count] !== "0") found[QueueUrl] = String(Attributes?.[count]);
  }
  return found;
};

/** The last life of it: opened once for all who look at one. */
let last: ReturnType<typeof open> | undefined;
const lastLife = () => {
  last ??= open();
  return last;
};
afterAll(async () => (await last)?.end("SIGINT"));

describe("F67 a shop that keeps its state, killed with -9", () => {
  it("loses no order that it acknowledged, makes none twice, and brings each to its end", async () => {
    const placed = new Map<number, string>();
    const keys = new Set<string>();
    const kill = async (orders: number[], after: number) => {
      const shop = await open();
      keys.add(shop.ready.accessKeyId);
      // Those whose answer is cut off by the kill were not acknowledged: they are placed again in the next life.
      await new Promise<void>((resolve) => {
        for (const n of orders)
          shop.placeNumber(n).then(
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

    const shop = await lastLife();
    expect([...keys.add(shop.ready.accessKeyId)]).toHaveLength(1); // exported once, good for ever
    for (const n of numbers) {
      const orderId = await shop.placeNumber(n);
      expect(orderId).toBe(placed.get(n) ?? orderId);
      placed.set(n, orderId);
    }
    for (const orderId of placed.values())
      await expect
        .poll(async () => (await shop.api("GET", `/orders/${orderId}`)).body.status)
        .toBe("CONFIRMED");
    await expect
      .poll(async () => (await shop.api("GET", "/products/prd_hay")).body.available)
      .toBe(400 - numbers.length);
    expect(await deadLetters(shop)).toEqual({});
  });

  it("is not opened twice at once", async () => {
    await lastLife();
    const again = spawnSync(process.execPath, ["local/commands/start.ts", "--persist", dir], {
      encoding: "utf8",
    });
    expect(again).toMatchObject({ status: 2, stdout: "" });
    expect(again.stderr).toBe(`${dir} is in use by another process: stop that first.\n`);
  });
});

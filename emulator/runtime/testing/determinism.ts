import { createHash } from "node:crypto";
import { setTimeout as rest } from "node:timers/promises";

/** A handler that asks for everything that differs from run to run on a real machine. */

setInterval(() => {}, 1000);

const digest = async (text: string) => {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(bytes).toString("hex").slice(0, 8);
};

export const handler = async () => {
  const order: string[] = [];
  const began = Date.now();
  await Promise.all(
    ["a", "b", "c"].map(async (name) => {
      await rest(Math.random() * 100);
      const digested = await digest(name.repeat(1000 * Math.ceil(Math.random() * 50)));
      order.push(`${name} ${digested}`);
    }),
  );
  let aborted = "";
  const signal = AbortSignal.timeout(50);
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => {
      aborted = signal.reason.name;
      resolve();
    });
  });
  return {
    order,
    aborted,
    id: crypto.randomUUID(),
    bytes: [...crypto.getRandomValues(new Uint8Array(4))],
    now: new Date().toISOString(),
    waited: Date.now() - began,
    elapsed: performance.now() > 0,
    hash: createHash("sha256").update("x").digest("hex").slice(0, 8),
    dates: new Date() instanceof Date && new Date(0) instanceof Date,
  };
};

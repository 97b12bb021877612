import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../lambda/bundle.ts";
import { lines } from "./growth.ts";

type Running = { api: string; accounts: Record<string, { token: string }> };

/** How a real `npm start` behaves: from the start of the process, over HTTP, functions in threads of their own. */
export type Served = {
  readyMs: number;
  firstOrderMs: number;
  ordersPerSecond: number;
  idleMb: number | undefined;
  busyMb: number | undefined;
};

/** Resident memory of a process, where the system tells (Linux). */
const residentMb = (pid: number | undefined): number | undefined => {
  try {
    const [, kb] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kb ? Number(kb) / 1024 : undefined;
  } catch {
    return undefined;
  }
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const clientOf = ({ api, accounts }: Running) => {
  const send = async (path: string, as: string, body?: object, key = "") => {
    const response = await fetch(`${api}${path}`, {
      method: body ? "POST" : "GET",
      headers: {
        authorization: `Bearer ${accounts[as]?.token}`,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    // biome-ignore lint/suspicious/noExplicitAny: an answer, as a client sees it
    return answer as any;
  };
  const receive = (quantity: number) =>
    send(
      "/stock/receipts",
      "admin",
      { lines: lines.map(({ productId }) => ({ productId, quantity })) },
      "for-the-benchmark",
    );
  const toTheEnd = async (key: string, everyMs: number) => {
    const { orderId } = await send("/orders", "alice", { lines, paymentToken: "tok_approve" }, key);
    for (;;) {
      const order = await send(`/orders/${orderId}`, "alice");
      const told = order.timeline.some(({ what }: { what: string }) => what === "StockCommitted");
      if (order.status === "CONFIRMED" && told) return;
      if (!["PENDING", "CONFIRMED"].includes(order.status))
        throw new Error(`${orderId} is ${order.status}`);
      await pause(everyMs);
    }
  };
  return { receive, toTheEnd };
};

/** Starts the shop as a child process, places one order, then many with so many under way at once, and stops it. */
export const measureServed = async (orders: number, atOnce: number): Promise<Served> => {
  const began = performance.now();
  const entry = join(repositoryRoot, "local/src/start.ts");
  const child = spawn(process.execPath, [entry, "--json", "--port", "0", "--api-port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    let output = "";
    const running = await new Promise<Running>((resolve, reject) => {
      child.on("exit", (code) => reject(new Error(`npm start ended with ${code}`)));
      child.stdout.on("data", (text) => {
        output += text;
        if (output.includes("\n")) resolve(JSON.parse(output));
      });
    });
    const readyMs = performance.now() - began;
    const { receive, toTheEnd } = clientOf(running);
    await toTheEnd("first", 20);
    const firstOrderMs = performance.now() - began;
    const idleMb = residentMb(child.pid);

    await receive(100_000);
    const start = performance.now();
    let next = 0;
    const buyer = async () => {
      while (next < orders) await toTheEnd(`order-${next++}`, 100);
    };
    await Promise.all(Array.from({ length: atOnce }, buyer));
    const ordersPerSecond = orders / ((performance.now() - start) / 1000);
    return { readyMs, firstOrderMs, ordersPerSecond, idleMb, busyMb: residentMb(child.pid) };
  } finally {
    child.kill("SIGINT");
    await new Promise((resolve) => child.once("exit", resolve));
  }
};

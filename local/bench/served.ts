import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeExecutionCommand, ListStateMachinesCommand, SFNClient } from "@aws-sdk/client-sfn";
import { repositoryRoot } from "../repository.ts";
import { catalogue } from "../seed/catalogue.ts";
import { lines } from "./growth.ts";

type Running = {
  api: string;
  aws: string;
  accessKeyId: string;
  secretAccessKey: string;
  accounts: Record<string, { token: string }>;
};

/** How a real `npm start` behaves: from the start of the process, over HTTP, functions isolated in threads. */
export type Served = {
  readyMs: number;
  firstOrderMs: number;
  ordersPerSecond: number;
  /** CPU in the time of the load, per order, by who took it; empty where the system does not tell. */
  cpu: { who: string; ms: number }[];
  idleMb: number | undefined;
  busyMb: number | undefined;
};

/** What the system tells of a process in a file of /proc (Linux). */
const told = (path: string): string | undefined => {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return undefined;
  }
};

const residentMb = (pid: number | undefined): number | undefined => {
  const [, kb] = /VmRSS:\s+(\d+) kB/.exec(told(`${pid}/status`) ?? "") ?? [];
  return kb ? Number(kb) / 1024 : undefined;
};

const engines = "main thread: HTTP, IAM, engines";
const functions = "threads of the functions";
const helpers = "collecting garbage, compiling";

/** CPU that the threads of a process took so far, in ms. */
const cpuOf = (pid: number | undefined): Map<string, number> => {
  const taken = new Map<string, number>();
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [, name = "", rest = ""] =
        /\((.*)\) (.*)/.exec(told(`${pid}/task/${thread}/stat`) ?? "") ?? [];
      const [user, system] = rest.split(" ").slice(11, 13).map(Number);
      const who =
        thread === String(pid) ? engines : name.startsWith("functions") ? functions : helpers;
      // The system counts in hundredths of a second.
      taken.set(who, (taken.get(who) ?? 0) + 10 * ((user ?? 0) + (system ?? 0)));
    }
  } catch {
    // Not Linux.
  }
  return taken;
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const clientOf = ({ api, aws, accessKeyId, secretAccessKey, accounts }: Running) => {
  const states = new SFNClient({
    endpoint: aws,
    region: "us-east-1",
    credentials: { accessKeyId, secretAccessKey },
  });
  const send = async (path: string, as: string, body?: object, key = "") => {
    const request = {
      method: body ? "POST" : "GET",
      headers: {
        authorization: `Bearer ${accounts[as]?.token}`,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      ...(body && { body: JSON.stringify(body) }),
    };
    let response = await fetch(`${api}${path}`, request);
    // The API takes 100 requests a second, the provider's webhooks among them.
    while (response.status === 429) {
      await pause(250);
      response = await fetch(`${api}${path}`, request);
    }
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    // biome-ignore lint/suspicious/noExplicitAny: an answer, as a client sees it
    return answer as any;
  };
  const receive = (productIds: string[], quantity: number) =>
    send(
      "/stock/receipts",
      "admin",
      { lines: productIds.map((productId) => ({ productId, quantity })) },
      "for-the-benchmark",
    );
  const place = async (key: string, of = lines): Promise<string> =>
    (await send("/orders", "alice", { lines: of, paymentToken: "tok_approve" }, key)).orderId;
  /** Waits as a customer does: until the order says that its goods are theirs. */
  const read = async (orderId: string) => {
    for (;;) {
      const order = await send(`/orders/${orderId}`, "alice");
      const done = order.timeline.some(({ what }: { what: string }) => what === "StockCommitted");
      if (order.status === "CONFIRMED" && done) return;
      if (!["PENDING", "CONFIRMED"].includes(order.status))
        throw new Error(`${orderId} is ${order.status}`);
      await pause(20);
    }
  };
  /** Waits for the saga's end. It is asked of Step Functions: the API would answer 100 questions a second. */
  const sagas = async () => {
    const { stateMachines = [] } = await states.send(new ListStateMachinesCommand());
    const machine = stateMachines.find(({ name }) => name?.includes("FulfilOrder"));
    const prefix = `${machine?.stateMachineArn?.replace(":stateMachine:", ":execution:")}:`;
    return async (orderId: string) => {
      for (;;) {
        await pause(200);
        const { status } = await states
          .send(new DescribeExecutionCommand({ executionArn: `${prefix}${orderId}` }))
          .catch((error) => {
            // It starts a moment after the order was placed.
            if (error.name === "ExecutionDoesNotExist") return { status: "RUNNING" };
            throw error;
          });
        if (status === "SUCCEEDED") return;
        if (status !== "RUNNING") throw new Error(`The saga of ${orderId} is ${status}`);
      }
    };
  };
  const statuses = async (most: number) => {
    const found: string[] = [];
    for (let cursor = ""; found.length < most; ) {
      const { items, cursor: next } = await send(`/orders?limit=100${cursor}`, "alice");
      found.push(...items.map(({ status }: { status: string }) => status));
      if (!next) break;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
    return found;
  };
  return { receive, place, read, sagas, statuses };
};

/** Starts the shop, with these options, as a child process, places one order, then many with so many under way at once, and stops it. */
export const measureServed = async (
  orders: number,
  atOnce: number,
  options: string[] = [],
): Promise<Served> => {
  const began = performance.now();
  const entry = join(repositoryRoot, "local/commands/start.ts");
  const ports = ["--port", "0", "--api-port", "0"];
  const child = spawn(process.execPath, [entry, "--json", ...ports, ...options], {
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
    const { receive, place, read, sagas, statuses } = clientOf(running);
    await read(await place("first"));
    const firstOrderMs = performance.now() - began;
    const idleMb = residentMb(child.pid);

    // Who buys does not buy the same two things: then they would wait for each other at one shelf.
    const goods = catalogue.filter(({ stock }) => stock > 1).map(({ productId }) => productId);
    const product = (i: number) => goods[i % goods.length] as (typeof goods)[number];
    await receive(goods, 100_000);
    const saga = await sagas();
    const before = cpuOf(child.pid);
    const client = process.cpuUsage();
    const start = performance.now();
    let next = 0;
    const buyer = async () => {
      while (next < orders) {
        const i = next++;
        const two = [1, 2].map((quantity) => ({ productId: product(i + 3 * quantity), quantity }));
        await saga(await place(`order-${i}`, two));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, buyer));
    const ordersPerSecond = orders / ((performance.now() - start) / 1000);
    const { user, system } = process.cpuUsage(client);
    const after = cpuOf(child.pid).set("the benchmark's own client", (user + system) / 1000);
    const cpu = [...after].map(([who, ms]) => ({
      who,
      ms: (ms - (before.get(who) ?? 0)) / orders,
    }));
    const busyMb = residentMb(child.pid);

    await pause(1000); // the last views
    const confirmed = (await statuses(orders)).filter((status) => status === "CONFIRMED");
    if (confirmed.length < orders)
      throw new Error(`Of ${orders} orders, ${confirmed.length} are confirmed`);
    return {
      readyMs,
      firstOrderMs,
      ordersPerSecond,
      cpu,
      idleMb,
      busyMb,
    };
  } finally {
    child.kill("SIGINT");
    await new Promise((resolve) => child.once("exit", resolve));
  }
};

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { virtualShop } from "../virtual-shop.ts";
import { lines } from "./growth.ts";

const self = fileURLToPath(import.meta.url);

/** What it costs to record everything: CPU with a trace against CPU without. */
export type Recording = {
  /** CPU of an order, in ms, the compiler's and garbage collector's threads included: medians of the rounds. */
  withMs: number;
  withoutMs: number;
  /** The median of the rounds' quotients, each of two rounds one after the other. */
  ratio: number;
  /** Entries of an order. */
  entries: number;
};

type Told = { cpuMs: number; entries: number };

const next = (child: ChildProcess) =>
  new Promise<Told>((resolve, reject) => {
    const ended = (code: number | null) =>
      reject(new Error(`A shop of the benchmark ended with ${code}`));
    child.once("exit", ended);
    child.once("message", (told: Told) => {
      child.off("exit", ended);
      resolve(told);
    });
  });

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/**
 * Two shops in processes of their own, one of which records, serve so many orders by turns, in so many rounds. Both have
 * served some before, so that most of what runs is compiled.
 */
export const measureRecording = async (rounds: number, orders: number): Promise<Recording> => {
  const children = ["on", "off"].map((trace) =>
    fork(self, [trace], { stdio: ["ignore", "ignore", "inherit", "ipc"] }),
  ) as [ChildProcess, ChildProcess];
  const serve = (child: ChildProcess, count: number) => {
    const told = next(child);
    child.send(count);
    return told;
  };
  try {
    await Promise.all(children.map(next));
    for (const child of children) await serve(child, 150);
    const told: [Told, Told][] = [];
    for (let round = 0; round < rounds; round++) {
      const [recording, other] = children;
      // By turns, also in who begins: whatever slows this machine down meets both alike.
      const first = round % 2 === 0 ? recording : other;
      const one = await serve(first, orders);
      const two = await serve(first === recording ? other : recording, orders);
      told.push(first === recording ? [one, two] : [two, one]);
    }
    return {
      withMs: median(told.map(([recorded]) => recorded.cpuMs)),
      withoutMs: median(told.map(([, plain]) => plain.cpuMs)),
      ratio: median(told.map(([recorded, plain]) => recorded.cpuMs / plain.cpuMs)),
      entries: median(told.map(([{ entries }]) => entries)),
    };
  } finally {
    for (const child of children) child.kill();
  }
};

const child = async (recorded: boolean) => {
  const shop = await virtualShop({ trace: recorded ? {} : false });
  const body = { lines: lines.map(({ productId }) => ({ productId, quantity: 100_000 })) };
  const headers = { "idempotency-key": "enough-for-all" };
  await shop.drive(
    shop.local.api({ method: "POST", path: "/stock/receipts", as: "admin", headers, body }),
  );
  await shop.settle();
  process.on("message", async (orders: number) => {
    const [before, written] = [process.cpuUsage(), shop.local.cloud.trace.last];
    for (let i = 0; i < orders; i++) {
      const { status, text } = await shop.place({ lines });
      if (status !== 202) throw new Error(`An order was answered with ${status}: ${text}`);
      await shop.clock.advance(2_000);
    }
    const { user, system } = process.cpuUsage(before);
    const entries = (shop.local.cloud.trace.last - written) / orders;
    process.send?.({ cpuMs: (user + system) / 1000 / orders, entries });
  });
  process.send?.({});
};

if (process.argv[1] === self) await child(process.argv[2] === "on");

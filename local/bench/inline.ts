import { type ChildProcess, fork } from "node:child_process";
import { Session } from "node:inspector/promises";
import { fileURLToPath } from "node:url";
import { virtualShop } from "../virtual-shop.ts";
import { lines } from "./growth.ts";
import { ownersOf } from "./profile.ts";

const self = fileURLToPath(import.meta.url);

type Share = { who: string; ms: number };
type Told = { rate?: number; cpuMs?: number; profile?: Share[] };

/** How orders go through in process on the virtual clock, all handlers inline, sagas to their end. */
export type Inline = {
  /** CPU of an order, in ms, the compiler's and garbage collector's threads included. */
  cpuMs: number;
  /** Orders a second of one process, which has the machine for itself as far as this benchmark goes. */
  alone: number;
  /** Orders a second of two processes at once, together, where that was asked for. */
  two?: number;
  /** Who takes the main thread's part of that CPU, in ms. */
  profile: Share[];
};

const told = (child: ChildProcess) =>
  new Promise<Told>((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`A shop of the benchmark ended with ${code}`)));
  });

/** Opens shops in processes of their own, and has all of them serve orders at the same time once they are warm. */
const serveTogether = async (shops: number, orders: number, profile = false) => {
  const children = Array.from({ length: shops }, () =>
    fork(self, [String(orders)], { stdio: ["ignore", "ignore", "inherit", "ipc"] }),
  );
  try {
    await Promise.all(children.map(told));
    const answers = children.map(told);
    for (const child of children) child.send({ profile });
    return await Promise.all(answers);
  } finally {
    for (const child of children) child.kill();
  }
};

/** Measures it with so many orders after as many to warm up, one process first, then two at once where that is wanted. */
export const measureInline = async (orders: number, twice: boolean): Promise<Inline> => {
  const [{ rate: alone = 0, cpuMs = 0 } = {}] = await serveTogether(1, orders);
  const both = twice ? await serveTogether(2, orders) : [];
  const two = both.reduce((sum, { rate = 0 }) => sum + rate, 0);
  const [{ profile = [] } = {}] = await serveTogether(1, orders, true);
  return { cpuMs, alone, ...(twice && { two }), profile };
};

const child = async (orders: number) => {
  const shop = await virtualShop();
  const body = { lines: lines.map(({ productId }) => ({ productId, quantity: 100_000 })) };
  const headers = { "idempotency-key": "enough-for-all" };
  await shop.drive(
    shop.local.api({ method: "POST", path: "/stock/receipts", as: "admin", headers, body }),
  );
  await shop.settle();
  const serve = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const { status, text } = await shop.place({ lines });
      if (status !== 202) throw new Error(`An order was answered with ${status}: ${text}`);
      await shop.clock.advance(2_000);
    }
  };
  await serve(orders); // until most of what runs is compiled
  process.on("message", async ({ profile }: { profile: boolean }) => {
    if (!profile) {
      const [began, before] = [performance.now(), process.cpuUsage()];
      await serve(orders);
      const { user, system } = process.cpuUsage(before);
      const seconds = (performance.now() - began) / 1000;
      process.send?.({ rate: orders / seconds, cpuMs: (user + system) / 1000 / orders });
      return;
    }
    const session = new Session();
    session.connect();
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: 200 });
    await session.post("Profiler.start");
    const before = process.threadCpuUsage();
    await serve(orders);
    const { user, system } = process.threadCpuUsage(before);
    const { profile: taken } = await session.post("Profiler.stop");
    // Samples are taken as time passes: on a busy machine only their shares say something.
    const owners = ownersOf(taken);
    const all = owners.reduce((sum, { ms }) => sum + ms, 0);
    const cpuMs = (user + system) / 1000 / orders;
    process.send?.({ profile: owners.map(({ who, ms }) => ({ who, ms: (ms / all) * cpuMs })) });
  });
  process.send?.({});
};

if (process.argv[1] === self) await child(Number(process.argv[2]));

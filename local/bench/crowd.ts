import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { listenOnLoopback } from "emulator/doors/wire/server";
import { realClock } from "emulator/kernel/clock";
import { endProcess } from "emulator/runtime/end-process";
import { openShop } from "../open.ts";
import type { Ready } from "../shop-process.ts";
import { clientOf, goods, type Order, pause, twoLines } from "./running-shop.ts";

const self = fileURLToPath(import.meta.url);

/** What is told of a shop that nobody outside sees. */
type Counts = { refusedWebhooks: number; refusedInvocations: number };

/** What a crowd sees that orders as fast as the shop lets it. */
export type Crowd = Counts & {
  accepted: number;
  acceptedPerSecond: number;
  /** How often somebody was told to come again. */
  refused: number;
  /** From OrderPlaced to OrderConfirmed, in ms. */
  p50Ms: number;
  p95Ms: number;
  /** How many orders waited to be confirmed at the worst moment. */
  mostWaiting: number;
};

/** Orders that are not measured: the code is compiled with them. */
const WARM_UP = 40;

type Waited = { placed: number; confirmed: number };

const quantile = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const mostAtOnce = (waits: Waited[]) => {
  const steps = waits
    .flatMap(({ placed, confirmed }) => [
      { at: placed, by: 1 },
      { at: confirmed, by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let [now, most] = [0, 0];
  for (const { by } of steps) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
};

const waitOf = ({ timeline }: Order): Waited => {
  const at = (what: string) => Date.parse(timeline.find((entry) => entry.what === what)?.at ?? "");
  return { placed: at("OrderPlaced"), confirmed: at("OrderConfirmed") };
};

const toldBy = async <T>(child: ChildProcess): Promise<T> => {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The shop of the benchmark ended with ${code}`);
  });
  const [message] = await Promise.race([once(child, "message"), ended]);
  return message as T;
};

/** Lets so many clients order for so long, each again as soon as it has its answer, and waits for the end of every order. */
export const measureCrowd = async (clients: number, seconds: number): Promise<Crowd> => {
  const child = fork(self, ["shop"], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  try {
    const { receive, place, placeOnce, orders } = clientOf(await toldBy<Ready>(child));
    await receive(goods, 100_000);
    for (let n = 0; n < WARM_UP; n += 1) await place(`warm-${n}`, twoLines(n));
    await pause(5_000); // until they are done, and the shop lets as many in at once as after a pause
    let [accepted, refused] = [0, 0];
    const end = performance.now() + seconds * 1000;
    const buyer = async (client: number) => {
      for (let n = 0; performance.now() < end; n += 1) {
        while (!(await placeOnce(`crowd-${client}-${n}`, twoLines(client + n)))) {
          refused += 1;
          if (performance.now() > end) return;
          await pause(200 + 400 * Math.random());
        }
        accepted += 1;
      }
    };
    await Promise.all(Array.from({ length: clients }, (_, client) => buyer(client)));

    const all = async (): Promise<Order[]> => {
      const found = await orders(WARM_UP + accepted); // the newest first
      const open = found.filter(({ status }) => status === "PENDING").length;
      if (found.length === WARM_UP + accepted && open === 0) return found.slice(0, accepted);
      await pause(1000);
      return all();
    };
    const waits = (await all()).filter(({ status }) => status === "CONFIRMED").map(waitOf);
    if (waits.length < accepted)
      throw new Error(`Of ${accepted} orders, ${waits.length} are confirmed`);
    const times = waits.map(({ placed, confirmed }) => confirmed - placed).sort((a, b) => a - b);
    child.send("counts");
    return {
      ...(await toldBy<Counts>(child)),
      accepted,
      acceptedPerSecond: accepted / seconds,
      refused,
      p50Ms: quantile(times, 0.5),
      p95Ms: quantile(times, 0.95),
      mostWaiting: mostAtOnce(waits),
    };
  } finally {
    child.kill();
  }
};

/** A shop as `npm start` opens it, warm, that also counts who was sent away. */
const openWatched = async () => {
  const clock = realClock((error) => {
    throw error;
  });
  const [aws, api] = await Promise.all([listenOnLoopback(0), listenOnLoopback(0)]);
  const shop = await openShop({ clock, runtime: "worker", apiUrl: api.url, awsUrl: aws.url });
  const counts: Counts = { refusedWebhooks: 0, refusedInvocations: 0 };
  shop.cloud.observe(({ kind, status, path }) => {
    if (kind === "throttled") counts.refusedInvocations += 1;
    if (kind === "api.response" && status === 429 && String(path).startsWith("/webhooks/"))
      counts.refusedWebhooks += 1;
  });
  aws.serve(shop.handlers.aws);
  api.serve(shop.handlers.api);
  await shop.warm();
  process.on("message", () => process.send?.(counts));
  for (const end of ["SIGTERM", "disconnect"]) process.on(end, () => endProcess(0));
  const accounts = Object.fromEntries(
    shop.accounts.map(({ name }) => [name, { token: shop.token(name) }]),
  );
  process.send?.({ api: api.url, aws: aws.url, ...shop.administrator, accounts });
};

if (process.argv[1] === self) await openWatched();

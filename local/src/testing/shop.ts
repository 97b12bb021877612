import { fileURLToPath } from "node:url";
import { readGraph } from "../boot/graph.ts";
import { type VirtualClock, virtualClock } from "../clock.ts";
import { type Books, openBooks } from "../judge/books.ts";
import { judge } from "../judge/judge.ts";
import type { Snapshot } from "../keep.ts";
import { type LocalCloud, type LocalCloudOptions, localCloud } from "../local-cloud.ts";
import { seed as openDoors } from "../seed/seed.ts";
import { driverOf } from "./drive.ts";

type Line = { productId: string; quantity: number };
type Answer = Awaited<ReturnType<LocalCloud["api"]>>;

/** The whole shop in this process, open, on a virtual clock: the same seed gives the same story. */
export type Shop = {
  clock: VirtualClock;
  local: LocalCloud;
  /** Lets virtual time pass until the work is done, and answers what it answers. */
  drive: <T>(work: Promise<T>) => Promise<T>;
  /** Places an order. The key defaults to one that was never used. */
  place: (order: {
    as?: string;
    lines: Line[];
    paymentToken?: string | undefined;
    key?: string;
  }) => Promise<Answer>;
  /** Places an order of Alice's for one bale of hay; answers its id. */
  order: (paymentToken?: string) => Promise<string>;
  /** Cancels an order of Alice's. */
  cancel: (orderId: string) => Promise<Answer>;
  /** An order as its customer reads it. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer, as a client sees it
  read: (orderId: string, as?: string) => Promise<any>;
  /** Lets time pass until nothing is on its way and every saga has ended, a day at most. */
  settle: () => Promise<void>;
  /** All books, when all has come to rest. */
  books: () => Promise<Books>;
  /** What is broken, if anything, when all has come to rest. */
  broken: () => Promise<string[]>;
  /** Another shop that goes on from where this one stands. Calls of functions that are under way are cut off in it. */
  fork: (options?: { seed?: number }) => Promise<Shop>;
};

const GRAPH = fileURLToPath(new URL("../../../infra/graph.json", import.meta.url));

/** Opens the shop, or another one where a snapshot was taken. */
export const openShop = async ({
  seed = 1,
  from,
  keys = 0,
  ...options
}: {
  seed?: number;
  from?: Snapshot;
  keys?: number;
} & Pick<LocalCloudOptions, "lags" | "coldStarts"> = {}): Promise<Shop> => {
  // A fork must not draw the ids again that its original has drawn.
  const clock = virtualClock(from ? { seed: seed ^ (from.now | 0), start: from.now } : { seed });
  const local = await localCloud({ clock, graph: readGraph(GRAPH), runtime: "inline", ...options });

  const drive = driverOf(clock);
  const quiet = async () => {
    const { stateMachines } = await local.call("states", "ListStateMachines");
    for (const { stateMachineArn } of stateMachines) {
      const { executions } = await local.call("states", "ListExecutions", {
        stateMachineArn,
        statusFilter: "RUNNING",
      });
      if (executions.length > 0) return false;
    }
    return local.atRest();
  };
  const settle = async () => {
    for (let waited = 0; waited < 24 * 3600; waited += 5) {
      await clock.advance(5_000);
      if (await drive(quiet())) return;
    }
    throw new Error("A day of virtual time went by, and the shop did not come to rest");
  };

  if (from) await local.cloud.restart((keeper) => keeper.put(from.parts));
  else await drive(openDoors(local));
  const place: Shop["place"] = ({
    as = "alice",
    lines,
    paymentToken = "tok_approve",
    key = `key-${++keys}`,
  }) =>
    drive(
      local.api({
        method: "POST",
        path: "/orders",
        as,
        headers: { "idempotency-key": key },
        body: { lines, paymentToken },
      }),
    );
  const books = () => drive(openBooks(local));

  return {
    clock,
    local,
    drive,
    place,
    async order(paymentToken) {
      const placed = await place({ lines: [{ productId: "prd_hay", quantity: 1 }], paymentToken });
      return (placed.json() as { orderId: string }).orderId;
    },
    cancel: (orderId) =>
      drive(local.api({ method: "POST", path: `/orders/${orderId}/cancel`, as: "alice" })),
    read: async (orderId, as = "alice") =>
      (await drive(local.api({ path: `/orders/${orderId}`, as }))).json(),
    settle,
    books,
    broken: async () => judge(await books()).map(({ what }) => what),
    fork: ({ seed = 1 } = {}) => openShop({ ...options, seed, keys, from: local.cloud.snapshot() }),
  };
};

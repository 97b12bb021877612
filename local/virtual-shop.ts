import type { Answers } from "emulator/boot/create";
import type { Graph } from "emulator/boot/graph";
import type { Holder } from "emulator/doors/wire/credentials";
import { type VirtualClock, virtualClock } from "emulator/kernel/clock";
import { driverOf } from "emulator/kernel/drive";
import { administrator } from "emulator/kernel/engine";
import type { Keeper, Snapshot } from "emulator/kernel/keep";
import { type Books, openBooks } from "./judge/books.ts";
import { judge } from "./judge/judge.ts";
import { hearErrors } from "./last-errors.ts";
import { openShop, type ShopOptions } from "./open.ts";
import type { Shop } from "./shop.ts";

type Line = { productId: string; quantity: number };
type Answer = Awaited<ReturnType<Shop["api"]>>;

/** The whole shop in this process, open, on a virtual clock: the same seed gives the same story. */
export type VirtualShop = {
  clock: VirtualClock;
  local: Shop;
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
  fork: (options?: { seed?: number }) => Promise<VirtualShop>;
};

/** Another shop than ours: what is different in its code, or in its cloud. */
export type Variant = Pick<ShopOptions, "code" | "graph" | "handOn">;

/** What the cloud says of itself. Everything else is what happened in it. */
const DEFINED = [
  "states.machines",
  "states.definitions",
  "scheduler.schedules",
  "scheduler.next",
  "events.rules",
];
const MAPPED = ["lambda.mappings", "lambda.positions"];

/** A snapshot of our shop for one with another cloud: how that is made, its own graph says. */
const withoutOurs = ({ now, parts }: Snapshot): Snapshot => {
  const left = [...parts].filter(([name]) => ![...DEFINED, ...MAPPED].includes(name));
  return { now, parts: new Map(left) };
};

/** A shop that has opened and come to rest, and what the creation of its resources was answered. */
type Opened = { snapshot: Snapshot; created: Answers; graph: Graph };

const open = async (variant: Variant = {}): Promise<Opened> => {
  const clock = virtualClock();
  const { cloud, created, graph, stop } = await driverOf(clock)(
    openShop({ clock, runtime: "inline", trace: false, handOn: true, ...variant }),
  );
  const snapshot = cloud.snapshot();
  stop();
  return { snapshot, created, graph };
};

let ours: Promise<Opened> | undefined;
const others = new WeakMap<Graph, Promise<Opened>>();

/** What there is in a cloud, in one text. */
const namesIn = ({ resources }: Graph) =>
  resources.map(({ type, name }) => `${type} ${name}`).join();

/** Whether there is more or less in a variant's cloud than in ours: then what ours knows when it has opened is not its. */
export const hasOtherCloud = async ({ graph }: Variant): Promise<boolean> => {
  ours ??= open();
  return graph !== undefined && namesIn(graph) !== namesIn((await ours).graph);
};

/** A shop with another cloud than ours as it has opened. */
const openedBy = (variant: Variant, graph: Graph): Promise<Opened> => {
  const opened = others.get(graph) ?? open(variant);
  others.set(graph, opened);
  return opened;
};

/** The shop as a variant of it begins. To open it takes longer than most stories: it is done once in a process. */
const opened = async (
  variant: Variant = {},
): Promise<Omit<Opened, "created"> & Partial<Opened>> => {
  const { graph } = variant;
  if (graph && (await hasOtherCloud(variant))) return openedBy(variant, graph);
  ours ??= open();
  const { snapshot, ...made } = await ours;
  if (!graph) return { snapshot, ...made };
  // Of another graph it is not known what its creation is answered.
  return { snapshot: withoutOurs(snapshot), graph };
};

/** The administrator's key in a snapshot: who goes on from it has the same one. */
const administratorOf = ({ parts }: Snapshot) => {
  const keys = parts.get("iam.keys") as [string, Holder][];
  const [accessKeyId, holder] =
    keys.find(([, { caller }]) => caller.name === administrator.name) ?? [];
  return accessKeyId && holder
    ? { accessKeyId, secretAccessKey: holder.secretAccessKey }
    : undefined;
};

/**
 * A shop that has just opened, or one that goes on from where a snapshot was taken. It keeps no trace unless a test wants one:
 * what is kept of an order costs more than a tenth of it.
 */
export const virtualShop = async ({
  seed = 1,
  from: given,
  keys = 0,
  told = "",
  variant,
  ...wanted
}: {
  seed?: number;
  from?: Snapshot;
  keys?: number;
  /** The seeds of the shops that it goes on from. */
  told?: string;
  variant?: Variant | undefined;
} & Pick<
  ShopOptions,
  "lags" | "coldStarts" | "latencies" | "trace" | "handOn"
> = {}): Promise<VirtualShop> => {
  const options = {
    ...{ trace: false as const, issuerKey: "published" as const, handOn: true },
    ...wanted,
  };
  const { snapshot, graph, created } = await opened(variant);
  const from = given ? (created ? given : withoutOurs(given)) : snapshot;
  // A fork must not draw the ids again that its original has drawn.
  const story = `${told} ${seed}`;
  const clock = virtualClock({ seed: story, start: from.now });
  const drive = driverOf(clock);
  const restore = (keeper: Keeper) => keeper.put(from.parts);
  const credentials = administratorOf(from);
  const local = await drive(
    openShop({
      ...{ clock, runtime: "inline", restore, created, credentials },
      ...{ ...options, ...variant, graph },
    }),
  );
  const errors = hearErrors(local);
  /** Who reads of a dead letter wants to know what its consumer said. */
  const withReason = (what: string) =>
    / holds \d+$/.test(what) ? [what, ...errors()].join("; ") : what;
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

  const place: VirtualShop["place"] = ({
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
      if (placed.status !== 202)
        throw new Error(`Alice's order was answered with ${placed.status}: ${placed.text}`);
      return (placed.json() as { orderId: string }).orderId;
    },
    cancel: (orderId) =>
      drive(local.api({ method: "POST", path: `/orders/${orderId}/cancel`, as: "alice" })),
    read: async (orderId, as = "alice") =>
      (await drive(local.api({ path: `/orders/${orderId}`, as }))).json(),
    settle,
    books,
    broken: async () => judge(await books()).map(({ what }) => withReason(what)),
    fork: ({ seed = 1 } = {}) =>
      virtualShop({
        ...options,
        ...{ variant, seed, keys, told: story },
        from: local.cloud.snapshot(),
      }),
  };
};

import { createHmac } from "node:crypto";
import { type Emulator, type EmulatorOptions, emulate } from "emulator/boot/emulate";
import type { Graph } from "emulator/boot/graph";
import type { Keeper } from "emulator/kernel/keep";
import type { Code } from "emulator/runtime/bundle";
import { accounts, subjectOf } from "./accounts.ts";
import { restOf } from "./at-rest.ts";
import { consolePages } from "./console/server.ts";
import type { Control } from "./control/command.ts";
import { createControl } from "./control/control.ts";
import { controlRoutes } from "./control/routes.ts";
import { localPages, localPrefix } from "./pages/routes.ts";
import { recordInMemory } from "./redrive/record.ts";
import { code as ours, shopGraph } from "./repository.ts";
import { placesOf } from "./rights/places.ts";
import { seed } from "./seed/seed.ts";
import type { Shop } from "./shop.ts";
import { type BuiltPages, builtPages } from "./web/built.ts";

export type ShopOptions = Pick<
  EmulatorOptions,
  | "clock"
  | "runtime"
  | "coldStarts"
  | "followCode"
  | "handOn"
  | "created"
  | "lags"
  | "credentials"
  | "apiUrl"
  | "awsUrl"
  | "latencies"
  | "trace"
  | "issuerKey"
> & {
  graph?: Graph;
  /** Its handlers, where they are not quite ours: a test has changed a line. */
  code?: Code | undefined;
  /** Puts back what an earlier shop knew. */
  restore?: ((keeper: Keeper) => void) | undefined;
  /** The pages of web/. */
  web?: BuiltPages;
  /** Whether to open it at once, which is the rule. */
  seeded?: boolean;
};

/** A signature costs more than the rest of a request: a token is shown again for an hour of its twelve. */
const tokensOf = ({ cloud: { clock }, issuer }: Emulator): Shop["token"] => {
  const signed = new Map<string, { token: string; at: number }>();
  return (name) => {
    const found = accounts.find((one) => one.name === name);
    if (!found) throw new Error(`There is no account ${name}.`);
    const known = signed.get(name);
    if (known && clock.now() - known.at < 3600_000) return known.token;
    const fresh = { token: issuer.token(subjectOf(found)), at: clock.now() };
    signed.set(name, fresh);
    return fresh.token;
  };
};

const apiOf =
  ({ handlers, urls }: Emulator, token: Shop["token"]): Shop["api"] =>
  async ({ method = "GET", path, as, headers = {}, body }) => {
    const { host, pathname, search } = new URL(path, urls.api);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await handlers.api({
      method,
      path: pathname,
      query: search.slice(1),
      headers: {
        host,
        ...(as && { authorization: `Bearer ${token(as)}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      body: Buffer.from(text ?? ""),
    });
    const answered = Buffer.from(answer.body).toString();
    return {
      status: answer.status,
      headers: new Headers(answer.headers),
      text: answered,
      json: () => JSON.parse(answered),
    };
  };

/**
 * Opens the shop on the emulator: `npm start`, the demo, the benchmark and the tests all begin here. Under a virtual
 * clock, time must be driven meanwhile. Throws CannotStart, with one sentence, for a graph that cannot run.
 */
export const openShop = async ({
  graph = shopGraph(),
  code = ours,
  restore,
  seeded = true,
  web = builtPages(),
  ...options
}: ShopOptions): Promise<Shop> => {
  const emulator = await emulate({
    ...options,
    graph,
    code,
    prefix: localPrefix,
    placeOf: placesOf(graph),
  });
  const { cloud } = emulator;
  const token = tokensOf(emulator);
  const opened = cloud.keeper.map<number>("shop.opened");
  const paused = cloud.keeper.map<true>("shop.paused");
  // Nobody who is not commanded pays for it.
  let commanded: Control | undefined;
  const control = () => {
    commanded ??= createControl(shop);
    return commanded;
  };
  const shop: Shop = {
    ...emulator,
    api: apiOf(emulator, token),
    atRest: restOf(emulator),
    accounts,
    token,
    beside: {
      paused,
      turned: async () => {
        if (commanded || paused.size > 0) await control().turned();
      },
      redrives: recordInMemory(),
      command: (line) => control().say(line),
      faults: () => control().faults.list(),
      get routes() {
        return controlRoutes(control());
      },
    },
    // Of a shop that is kept it stays the same, so that open pages go on after a restart.
    pageToken: createHmac("sha256", emulator.administrator.secretAccessKey)
      .update("the token of the pages")
      .digest("base64url")
      .slice(0, 32),
    openedAt: () => opened.get("at"),
    async open(patience) {
      if (opened.has("at")) return;
      await seed(shop, patience);
      opened.set("at", cloud.clock.now());
    },
  };
  const seen = consolePages(shop);
  const pages = localPages(shop, web);
  emulator.addPages(async (request) => (await seen.pages(request)) ?? pages(request));
  if (restore)
    await cloud.restart((keeper) => {
      restore(keeper);
      const what = "goes on from what it knew";
      return cloud.trace.write({ kind: "clock", what, cause: undefined }).seq;
    });
  // Faults end with the shop that they were armed in.
  if (restore) await shop.beside.turned?.();
  if (seeded) await shop.open();
  return shop;
};

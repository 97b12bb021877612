import type { Pages } from "emulator/boot/api-door";
import { CannotRewind } from "emulator/boot/timeline";
import type { WireRequest, WireResponse } from "emulator/doors/wire/message";
import { CannotStart } from "emulator/kernel/refusals";
import { visitors } from "../pages/visitor.ts";
import type { Shop } from "../shop.ts";
import { json, problem, Refused } from "./answers.ts";
import { clockRoutes } from "./clock.ts";
import { dataRoutes } from "./data.ts";
import { depthRoutes } from "./depths.ts";
import { eventRoutes } from "./events.ts";
import { refusalOf } from "./guard.ts";
import { lensOn } from "./lens.ts";
import { lookInto } from "./look.ts";
import { mapOf } from "./map.ts";
import { orderRoutes } from "./orders.ts";
import { patternRoutes } from "./patterns.ts";
import { queueRoutes } from "./queues.ts";
import { redriveRoutes } from "./redrives.ts";
import { replayRoutes } from "./replays.ts";
import { bodyOf, isAnswer, type Resource, type Routes } from "./resource.ts";
import { runRoutes } from "./runs.ts";
import { sagaRoutes } from "./sagas.ts";
import { commandRoutes } from "./shop-commands.ts";
import type { Sight } from "./sight.ts";
import { traceRoutes } from "./trace.ts";

/** Where the console asks, on the API's address. */
const consolePrefix = "/_local/console/";

type Route = { method: string; parts: string[]; resource: Resource };

const tableOf = (routes: Routes): Route[] =>
  Object.entries(routes).map(([route, resource]) => {
    const [method = "", path = ""] = route.split(" ");
    return { method, parts: path.split("/"), resource };
  });

const decoded = (part: string) => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

const partsIn = ({ parts }: Route, path: string[]): string[] | undefined => {
  if (parts.length !== path.length) return undefined;
  const open: string[] = [];
  for (const [i, part] of parts.entries())
    if (part.startsWith(":")) open.push(decoded(path[i] ?? ""));
    else if (part !== path[i]) return undefined;
  return open;
};

type Server = { table: Route[]; stop: () => void };

const serve = (shop: Shop): Server => {
  const { clock: driven, routes: more = {}, ...others } = shop.beside;
  const { clock, trace } = shop.cloud;
  const lens = lensOn(shop);
  const map = mapOf(shop.graph);
  const look = lookInto(shop);
  const sight: Sight = { ...others, driven, shop, trace, lens, clock, look, map };
  const traced = traceRoutes(sight);
  const routes: Routes = {
    ...traced.routes,
    "GET map": () => map,
    ...depthRoutes(sight),
    ...clockRoutes(sight),
    ...orderRoutes(sight),
    ...sagaRoutes(sight),
    ...commandRoutes(sight),
    ...eventRoutes(sight),
    ...replayRoutes(sight),
    ...patternRoutes(sight),
    ...queueRoutes(sight),
    ...redriveRoutes(sight),
    ...runRoutes(sight),
    ...dataRoutes(sight),
    ...more,
  };
  return {
    table: tableOf(routes),
    stop: traced.stop,
  };
};

/**
 * What the console asks, below its prefix, of whoever may ask it; undefined for what is elsewhere. Nothing is looked at
 * before somebody asks: a shop that nobody watches pays nothing for it.
 */
export const consolePages = (shop: Shop): { pages: Pages; stop: () => void } => {
  let server: Server | undefined;
  const { known } = visitors(shop.pageToken, new URL(shop.urls.api).port);

  const answer = async (request: WireRequest): Promise<WireResponse> => {
    const path = request.path.slice(consolePrefix.length).split("/");
    const method = request.method === "HEAD" ? "GET" : request.method;
    let there = false;
    server ??= serve(shop);
    for (const route of server.table) {
      const parts = partsIn(route, path);
      if (!parts) continue;
      there = true;
      if (route.method !== method) continue;
      const query = new URLSearchParams(request.query);
      const value = await route.resource({
        ...{ parts, query },
        body: bodyOf(request),
        ...{ file: request.file, gone: request.gone },
      });
      return isAnswer(value) ? value : json(value);
    }
    return there
      ? problem(405, `${path.join("/").slice(0, 60)} is not asked with ${method}.`)
      : problem(404, "The console's server has nothing at that address.");
  };

  return {
    async pages(request) {
      if (!request.path.startsWith(consolePrefix)) return undefined;
      const refusal = refusalOf(request, known(request));
      if (refusal) return refusal;
      try {
        return await answer(request);
      } catch (error) {
        if (error instanceof Refused) return problem(error.status, error.message);
        // A command that cannot be done says so in one sentence, in this way.
        if (error instanceof CannotRewind) return problem(409, error.message);
        if (error instanceof CannotStart) return problem(400, error.message);
        return problem(500, error instanceof Error ? error.message : String(error));
      }
    },
    stop: () => server?.stop(),
  };
};

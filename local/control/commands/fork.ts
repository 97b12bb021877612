import { addressOf } from "../../pages/pages.ts";
import type { Shop } from "../../shop.ts";
import type { Command } from "../command.ts";
import { plural, refuse } from "../told.ts";
import { shownSpan, spanOf } from "../words.ts";
import { needMoment, needPast, timelineOf, turned } from "./clock.ts";

const timeOf = (at: number) => `${new Date(at).toISOString().slice(11, 19)} UTC`;

/** The moment that a word means: an id, or so long ago. Refuses what is none. */
const momentOf = (shop: Shop, word: string): { id: number; near: string } => {
  const moments = timelineOf(shop).moments();
  if (spanOf(word) === undefined) return { id: needMoment(moments, word), near: "" };
  const back = needPast(word);
  const at = shop.cloud.clock.now() - back;
  const { id } = moments.findLast((one) => one.at <= at) ?? refuse("There is no such moment.");
  return { id, near: `, the kept moment that is nearest to ${shownSpan(back)} ago and not later` };
};

/** `fork`: the past beside the present. */
export const fork: Command = {
  name: "fork",
  usage: "fork 30s | ID",
  tells:
    "opens a second shop beside this one that goes on from the last kept moment that is so long ago, or from one by its number",
  example: "fork 30s",
  timeless: true,
  async run({ shop }, words) {
    const [word = "", more] = words;
    if (!word || more) refuse("From when? For instance: fork 30s.");
    const { id, near } = momentOf(shop, word);
    const { n, api, at, token } = await turned(timelineOf(shop).fork(id));
    return {
      said: `Fork ${n} goes on from ${timeOf(at)}${near}, at ${api}.`,
      next: `It has this shop's past up to then, none of its faults, and a future of its own: nothing that is done there is done here. \`npm run shop -- --port ${new URL(api).port} LINE\` commands it, \`stop-fork ${n}\` ends it.`,
      list: [addressOf(api, token, "/console/")],
      opened: `${api}/console/`,
    };
  },
};

/** `forks`: those that are open. */
export const forks: Command = {
  name: "forks",
  usage: "forks",
  tells: "the forks of this shop that are open, from when, and where",
  example: "forks",
  reads: true,
  run({ shop }, words) {
    if (words.length > 0) refuse("forks takes no words.");
    const { forkOf } = shop.beside;
    if (forkOf)
      return {
        said: `This shop is a fork of ${forkOf.api} from ${timeOf(forkOf.at)}.`,
        next: `Its original stops it: \`npm run shop -- --port ${new URL(forkOf.api).port} forks\`.`,
      };
    const open = timelineOf(shop).forks();
    return {
      said: open.length === 0 ? "No fork is open." : `${plural(open.length, "fork")} open.`,
      next:
        open.length === 0
          ? "`fork 30s` opens one that goes on from 30 s ago, beside this shop."
          : `\`stop-fork ${open[0]?.n}\` ends one: its ports are free then, and nothing of it is kept.`,
      list: open.map(
        ({ n, api, at, token }) =>
          `fork ${n}  from ${timeOf(at)}  ${addressOf(api, token, "/console/")}`,
      ),
    };
  },
};

/** `stop-fork`: ends one. */
export const stopFork: Command = {
  name: "stop-fork",
  usage: "stop-fork N",
  tells: "ends a fork: its ports are free, and nothing of it is kept",
  timeless: true,
  async run({ shop }, words) {
    const open = timelineOf(shop).forks();
    const numbers = open.map(({ n }) => n).join(", ");
    const [word = "", more] = words;
    const found = open.find(({ n }) => String(n) === word);
    if (more || !found)
      return refuse(
        open.length === 0
          ? "No fork is open."
          : `Which fork? There ${open.length === 1 ? "is" : "are"} ${numbers}, not "${words.join(" ")}".`,
      );
    await found.stop();
    return {
      said: `Fork ${found.n} is stopped, and nothing of it is kept.`,
      next: `Nobody answers at ${found.api} any more; this shop goes on as it was.`,
    };
  },
};

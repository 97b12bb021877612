import type { Command } from "../command.ts";
import { mixes } from "../robot.ts";
import { plural, refuse } from "../told.ts";
import { lasting, oneOf } from "../words.ts";

const [SLOWEST, FASTEST] = [0.01, 50];
const MINUTE = 60_000;
const MOST = 10_000;

const usage = "robot 5/s [mix] [for 1m] [seed 1] | robot stop";

/** `robot`: places orders at a rate. */
export const robotCommand: Command = {
  name: "robot",
  usage,
  tells: `places orders at a rate up to ${FASTEST}/s (${Object.keys(mixes).join(", ")}), for a minute unless told otherwise, or until time is put back`,
  example: "robot 5/s mixed",
  run({ robot }, words) {
    if (words.join(" ") === "stop") {
      robot.stop();
      const { sent = 0, taken = 0 } = robot.state() ?? {};
      return {
        said: `The robot stops; it sent ${plural(sent, "order")}, of which ${taken} were taken.`,
        next: "What it ordered goes on to its end.",
      };
    }
    const others = [...words];
    const at = others.indexOf("seed");
    const digits = at < 0 ? "1" : (others.splice(at, 2)[1] ?? "");
    if (!/^-?\d{1,15}$/.test(digits)) refuse("A seed is a whole number: robot 5/s mixed seed 7.");
    const seed = Number(digits);
    const { rest, ms } = lasting(others, MINUTE);
    const [rate = "", word = "mixed", more] = rest;
    const [, number] = /^(\d+(?:\.\d+)?)\/s$/.exec(rate) ?? [];
    const perSecond = Number(number);
    if (more || !(perSecond >= SLOWEST && perSecond <= FASTEST))
      refuse(
        `How many a second, from ${SLOWEST} up to ${FASTEST}? For instance: robot 5/s mixed for 1m.`,
      );
    const mix = oneOf(Object.keys(mixes), word, "mix");
    const most = Math.min(MOST, Math.max(1, Math.round((perSecond * ms) / 1000)));
    robot.start({ perSecond, mix, most, seed });
    return {
      said: `The robot orders ${perSecond} a second, ${most} in all: ${mix}.`,
      next: "Orders appear and end by themselves; shelves grow empty, and then some are REJECTED for want of stock. `robot stop` ends it.",
    };
  },
};

import { EnvironmentCrash } from "emulator/services/lambda/function";
import { functionNamed, invokes, threw } from "../calls.ts";
import type { Command } from "../command.ts";
import { plural, refuse } from "../told.ts";
import { lasting, needCount } from "../words.ts";

const TEN_MINUTES = 600_000;
const MOST = 1_000;

const hypothesis =
  "A step may fail at any time: it is tried again, and done once; what fails for good is undone or kept for a person.";

/** `fail`: the next invocations of a function throw. */
export const fail: Command = {
  name: "fail",
  title: "Let a function fail",
  usage: "fail FUNCTION [N] [for 10m]",
  tells: "the next N invocations of a function throw (1)",
  hypothesis,
  example: "fail CapturePayment 3",
  run({ shop, faults }, words) {
    const { rest, ms } = lasting(words, TEN_MINUTES);
    const [word, number = "1", more] = rest;
    if (!word || more)
      refuse("Which function, and how often? For instance: fail CapturePayment 3.");
    const { name, physical } = functionNamed(shop, word as string);
    const times = needCount(number, MOST, "How often");
    // What AWS invokes later passes no gate when it runs, so the first call that it makes ends its environment.
    let begun = 0;
    const { trace } = shop.cloud;
    let { epoch } = trace;
    const forget = shop.cloud.observe((fact) => {
      if (trace.epoch !== epoch) [epoch, begun] = [trace.epoch, 0]; // they have not begun any more
      const { kind, source } = fact;
      if (kind === "invocation-started" && fact.function === physical && source === "event")
        begun += 1;
    });
    faults.arm({
      what: `${name} fails, ${plural(times, "time")} at most.`,
      hypothesis,
      times,
      ms,
      matches: (call) => invokes(physical)(call) || (begun > 0 && call.caller.name === physical),
      gate: async (call) => {
        if (invokes(physical)(call))
          return threw("Sabotage", `${name} was told to fail, by the command fail.`);
        begun -= 1;
        throw new EnvironmentCrash("Told to fail, by the command fail");
      },
      end: forget,
    });
    return {
      said: `The next ${times === 1 ? "invocation" : `${times} invocations`} of ${name} will throw.`,
      next: `Whoever invokes it tries again, later each time: ${plural(times, "attempt")} in red, then it is done as if nothing had been.`,
    };
  },
};

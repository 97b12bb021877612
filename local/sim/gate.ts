import { namedChance } from "emulator/kernel/chance";
import type { Gate } from "emulator/kernel/cloud";
import type { Call } from "emulator/kernel/engine";
import type { Shop } from "../shop.ts";
import type { FaultKind } from "./faults/fault.ts";
import { type FaultName, faultKinds } from "./faults/index.ts";
import type { Done, Plan } from "./plan.ts";
import { type Passage, pointsOf } from "./points.ts";

/** What a call takes on the wire, in milliseconds: most are quick, some are not. */
const latencyOf = (drawn: number): number => Math.floor(1 + 60 * drawn ** 4 + 8 * drawn);

/** What stands at the gate of all calls of a run. */
export type Stirred = {
  /** Every point that was passed, in its order. */
  points: string[];
  /** The faults that happened, each at its point. */
  done: Done[];
  /** No more faults from now on. */
  calm: () => void;
  /** How many faults have something left to come. */
  waiting: () => number;
};

/** What becomes of a call: nothing, or the fault that the plan has for its point. */
const chooser = ({ seed, faults }: Plan) => {
  if (faults.kind === "exactly") {
    const at = new Map(faults.points.map(({ point, fault }) => [point, fault]));
    return ({ point }: Passage): FaultName | undefined => at.get(point);
  }
  const { kinds, chance } = faults;
  return (passage: Passage, call: Call): FaultName | undefined => {
    // Of each point its own chance: what happens elsewhere does not change what happens here.
    let drawn = namedChance(seed, `fault ${passage.point}`).draw();
    return kinds.find((name) => {
      const kind: FaultKind = faultKinds[name];
      if (!kind.fits(passage, call)) return false;
      drawn -= chance * (kind.often ?? 1);
      return drawn < 0;
    });
  };
};

/**
 * Puts a run's gate before all calls, and before what services do by themselves: each call of the shop takes its time, is named, told to `heard`, and spoilt where the
 * plan says so. What an administrator asks is let through, and polls that find nothing worth a name.
 */
export const stir = (
  { cloud, skews, call: ask }: Shop,
  plan: Plan,
  names: ReadonlyMap<string, string>,
  heard: (passage: Passage, call: Call, calm: boolean) => void,
): Stirred => {
  const { clock } = cloud;
  const nameOf = pointsOf(names);
  const choose = chooser(plan);
  let calm = false;
  const waits = { count: 0 };
  /** What goes on failing at a place, until when. */
  const lasting = new Map<string, { until: number; strike: Gate }>();
  const stirred: Stirred = {
    waiting: () => waits.count,
    points: [],
    done: [],
    calm: () => {
      calm = true;
    },
  };
  const later = (ms: number) =>
    new Promise<void>((resolve) => clock.after(ms, "on the wire", resolve));

  const gate: Gate = async (call, next) => {
    if (call.poll || call.caller.name === "administrator") return next(call);
    const passage = nameOf(call);
    const { point } = passage;
    stirred.points.push(point);
    heard(passage, call, calm);
    const { draw } = namedChance(plan.seed, `latency ${point}`);
    await later(latencyOf(draw()));
    if (calm) return next(call);
    const place = point.slice(0, point.lastIndexOf(" #"));
    const again = lasting.get(place);
    if (again && clock.now() < again.until) return again.strike(call, next);
    const fault = choose(passage, call);
    if (!fault) return next(call);
    stirred.done.push({ point, fault });
    const kind: FaultKind = faultKinds[fault];
    cloud.note({ kind: "fault", what: `${point} ${kind.says}`, fault, point });
    const { draw: drawn } = namedChance(plan.seed, `strike ${point}`);
    const means = { clock, draw: drawn, waits, skews, ask };
    const strike: Gate = (call, next) => kind.strike(call, next, means);
    if (kind.lasts) lasting.set(place, { until: clock.now() + kind.lasts(means), strike });
    return strike(call, next);
  };
  cloud.guard(gate, { acts: true });
  return stirred;
};

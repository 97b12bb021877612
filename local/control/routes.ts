import { Refused } from "../console/answers.ts";
import type { Control } from "./command.ts";
import { commands } from "./control.ts";
import { mixes } from "./robot.ts";
import { scenarios } from "./scenarios.ts";
import { viewRoutes } from "./view-routes.ts";

type Asked = { parts: string[] };

/** What the console asks of what breaks things: the commands as cards, scenarios, faults, the robot, the invariants. */
export const controlRoutes = (control: Control) => {
  const faults = () => ({ now: control.shop.cloud.clock.now(), faults: control.faults.list() });
  return {
    "GET commands": () => ({
      commands: commands.map(({ run: _, ...told }) => told),
      mixes: Object.keys(mixes),
    }),
    "GET scenarios": () => ({
      scenarios: scenarios.map(({ name, hypothesis, look }) => ({ name, hypothesis, look })),
    }),
    "GET faults": faults,
    "DELETE faults/:id": ({ parts: [id = ""] }: Asked) => {
      if (control.faults.disarm(id).length === 0)
        throw new Refused(404, `There is no fault ${id} any more.`);
      return faults();
    },
    "GET robot": () => ({ robot: control.robot.state() ?? null }),
    "GET invariants": () => control.invariants.look(),
    ...viewRoutes(control),
  };
};

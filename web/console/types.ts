/** What the console's server answers, by the types that it has there. */
import type { Account as Known } from "../../local/accounts.ts";

export type { OpenedRun } from "../../local/console/beside.ts";
export type { ClockState, ForkList, Moment } from "../../local/console/clock.ts";
export type { Depth } from "../../local/console/depths.ts";
export type { Part, Room, ShopMap } from "../../local/console/map.ts";
export type { Thing } from "../../local/console/map-things.ts";
export type { Wire } from "../../local/console/map-wires.ts";
export type { Passing } from "../../local/console/passings.ts";
export type { AboutRun as RecordedAbout } from "../../local/console/runs.ts";
export type { Lines, News } from "../../local/console/trace.ts";
export type { Fault } from "../../local/control/faults.ts";
export type { OrderLine } from "../../local/lens/orders.ts";
export type { Summary as Line } from "../../local/lens/summary-of.ts";

/** Somebody who may sign in. */
export type Account = Omit<Known, "email">;

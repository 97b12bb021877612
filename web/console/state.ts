import { computed, effect, signal } from "@preact/signals";
import { ask, sentenceOf } from "./ask.ts";
import { onRestart, told } from "./live.ts";
import { looked } from "./looked.ts";
import { beside } from "./route.ts";
import { shopLine } from "./terminal.ts";
import type {
  Account,
  ClockState,
  Depth,
  Fault,
  ForkList,
  Moment,
  OrderLine,
  ShopMap,
} from "./types.ts";

/** The map of the shop, which never changes while it runs. */
export const map = looked<ShopMap>("map", {
  rooms: [],
  things: [],
  wires: [],
  parts: [],
  apart: [],
});
/** What lies where. */
export const depths = looked<Record<string, Depth>>("depths", {});
/** The clock. */
export const clock = looked<ClockState>("clock", {
  now: 0,
  epoch: 0,
  driven: false,
  speed: 1,
  paused: false,
});
/** The moments one can go back to. */
export const timeline = looked<{ now: number; moments: Moment[] }>("timeline", {
  now: 0,
  moments: [],
});
/** The orders, the newest first. */
export const orders = looked<{ orders: OrderLine[] }>("orders", { orders: [] }, { ofLife: true });
/** The forks that are open, and whose fork this shop is. */
export const forks = looked<ForkList>("forks", { forks: [], forkOf: null });
/** Faults that are armed. */
export const faults = looked<{ faults: Fault[] }>("faults", { faults: [] });
/** Who may sign in. */
export const accounts = looked<{ accounts: Account[]; stage: string; aws: string }>("accounts", {
  accounts: [],
  stage: "",
  aws: "",
});

const kept = (key: string, usual: string) => {
  const value = signal(localStorage.getItem(`petstore.console.${key}`) ?? usual);
  effect(() => localStorage.setItem(`petstore.console.${key}`, value.value));
  return value;
};

/** Who one is: the name of an account. */
export const who = kept("who", "alice");
/** "auto", "light" or "dark". */
export const theme = kept("theme", "auto");
/** "yes" while somebody presents: large type, high contrast. */
export const presenting = kept("presenting", "no");

const still = matchMedia("(prefers-reduced-motion: reduce)");
/** Whether nothing may move. */
export const calm = signal(still.matches);
still.addEventListener("change", () => {
  calm.value = still.matches;
});

/** The shop's time now, in virtual milliseconds, as far as it is known between two answers. */
export const timeNow = (): number => {
  const { now, at } = told.value;
  const { paused, speed, driven } = clock.value.value;
  if (driven && (paused || speed === "max")) return now;
  return now + (performance.now() - at) * (driven ? Number(speed) : 1);
};

/** A thing of the map by its id. */
export const thingById = computed(
  () => new Map(map.value.value.things.map((thing) => [thing.id, thing])),
);

/** Something that was said to whoever looks: what was done, what one sees next, or what went wrong. */
export type Notice = {
  id: number;
  text: string;
  next?: string;
  wrong?: true;
  /** It tells that time was put back: all others are of the life that is gone then. */
  turns?: true;
  line?: string;
  /** Where one may go now, in a tab of its own. */
  link?: { to: string; label: string };
};

/** What is being said. */
export const notices = signal<Notice[]>([]);
let noticed = 0;

/**
 * Says something for some seconds, or until two others are said; what went wrong, and what has a link to go to, stays
 * until it is closed.
 */
export const say = (notice: Omit<Notice, "id">): void => {
  noticed += 1;
  const id = noticed;
  const stay = ({ wrong, link }: Omit<Notice, "id">) => wrong || link !== undefined;
  const kept = notices.value.filter(stay);
  const before = notices.value.filter((one) => !stay(one));
  notices.value = [...kept.slice(-3), ...before.slice(-1), { ...notice, id }];
  if (!stay(notice)) setTimeout(() => leave(id), READ_MS);
};

/** So long somebody reads a notice. */
const READ_MS = 9_000;
let held: number | undefined;

/** Somebody points at a notice, or is in it: it stays meanwhile. */
export const holdNotice = (id: number | undefined): void => {
  held = id;
};
const leave = (id: number): void => {
  if (held === id) setTimeout(() => leave(id), 1_000);
  else hush(id);
};
/** Says something no more. */
export const hush = (id: number): void => {
  if (held === id) held = undefined;
  notices.value = notices.value.filter((one) => one.id !== id);
};

onRestart(() => {
  notices.value = notices.value.filter(({ turns }) => turns);
});

/** Does something, and says so where it went wrong. Answers what came of it. */
export const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    say({ text: sentenceOf(error), wrong: true });
    return undefined;
  }
};

type Told = { said: string; next: string; opened?: string };

/** Has the shop do a command, as `npm run shop --` would, and says what came of it. Answers that, where it was done. */
export const command = (line: string): Promise<Told | undefined> =>
  attempt(async () => {
    const told = await ask<Told>("commands", { body: { line } });
    const { said, next } = told;
    const turns = /^re(set|wind)\b/.test(line) && { turns: true as const };
    say({ text: said, next, line: shopLine(line), ...turns });
    await Promise.all([depths, faults, clock, timeline, forks].map(({ look }) => look()));
    return told;
  });

/** Pauses the clock, or lets it go on. */
export const setPaused = (paused: boolean) => command(paused ? "clock pause" : "clock resume");
/** Sets the clock's speed. */
export const setSpeed = (speed: number | "max") => command(`clock speed ${speed}`);
/** Makes one decision of the clock, and says which. */
export const step = () => command("clock step");
/** Goes back to a moment. */
export const rewind = (id: Moment["id"]) => command(`rewind ${id}`);
/** Goes back to the opened doors. */
export const reset = () => command("reset");
/** Stops a fork. */
export const stopFork = (n: number) => command(`stop-fork ${n}`);

/** Opens a fork from a moment, and its console in a second tab: at once, for later a browser takes it for advertising. */
export const fork = async (id: Moment["id"]): Promise<void> => {
  const tab = window.open("", "_blank");
  if (tab) tab.document.title = "The fork is being opened…";
  const told = await command(`fork ${id}`);
  if (!told?.opened) return tab?.close();
  if (tab) tab.location.href = beside(told.opened);
};

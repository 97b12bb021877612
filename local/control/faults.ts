import type { Gate } from "emulator/kernel/cloud";
import type { Call } from "emulator/kernel/engine";
import type { Shop } from "../shop.ts";

/** Something that goes wrong on purpose: what it is, what it is to show, and how far it has come. */
export type Fault = {
  id: string;
  what: string;
  /** What ought to be true all the same. */
  hypothesis: string;
  hits: number;
  /** After so many hits it is over; undefined where only time ends it. */
  most: number | undefined;
  /** When it is over at the latest, in milliseconds since 1970, on the shop's clock. */
  endsAt: number;
};

type Wanted = {
  what: string;
  hypothesis: string;
  times?: number | undefined;
  ms: number;
  /** Which calls it spoils. */
  matches?: (call: Call) => boolean;
  gate?: Gate;
  /** What is to be done when it ends, however it does. */
  end?: () => unknown;
  /** The names of the switches that it holds off. */
  holds?: string[];
};

type Armed = {
  fault: Fault;
  ms: number;
  since: number;
  holds: string[];
  rearm: () => void;
  end: () => void;
};

/** The faults of a shop. Each ends by itself, after its hits or its time. */
export type Faults = {
  arm: (wanted: Wanted) => { fault: Fault; hit: (call?: Call) => boolean };
  list: () => Fault[];
  /** Ends one by its id, or all of which a test is true. Answers those that it ended. */
  disarm: (which: string | ((fault: Fault) => boolean)) => Fault[];
  /** Time was turned back: what is armed stays so, and ends by itself all the same. */
  turned: () => void;
  /** The names of all switches that are held off now. */
  held: () => Set<string>;
};

/** No faults yet, in a shop. */
export const createFaults = ({ cloud }: Shop): Faults => {
  const { clock } = cloud;
  const armed = new Map<string, Armed>();
  let count = 0;

  /** A shop that was rewound to before a fault has all of the fault's time before it again. */
  const isOver = (entry: Armed): boolean => {
    const now = clock.now();
    if (now < entry.since) {
      entry.since = now;
      entry.fault.endsAt = now + entry.ms;
    }
    return now >= entry.fault.endsAt;
  };
  const tidy = () => {
    for (const entry of armed.values()) if (isOver(entry)) entry.end();
  };

  return {
    arm({ what, hypothesis, times, ms, matches, gate, end, holds = [] }) {
      count += 1;
      const id = `fault-${count}`;
      const since = clock.now();
      const fault: Fault = { id, what, hypothesis, hits: 0, most: times, endsAt: since + ms };
      const hit = (call?: Call): boolean => {
        if (!armed.has(id) || isOver(entry)) return false;
        fault.hits += 1;
        const { service, operation, caller } = call ?? {};
        cloud.note({ kind: "fault", what, fault: id, service, operation, caller: caller?.name });
        if (fault.hits === times) entry.end();
        return true;
      };
      const unguard =
        gate &&
        cloud.guard((call, next) => (matches?.(call) && hit(call) ? gate(call, next) : next(call)));
      let timer = clock.after(ms, `end ${id}`, tidy);
      const entry: Armed = {
        ...{ fault, ms, since, holds },
        rearm() {
          timer = clock.after(fault.endsAt - clock.now(), `end ${id}`, tidy);
        },
        end() {
          if (!armed.delete(id)) return;
          unguard?.();
          timer.cancel();
          end?.();
        },
      };
      armed.set(id, entry);
      return { fault, hit };
    },
    turned() {
      tidy();
      for (const { rearm } of armed.values()) rearm();
    },
    held: () => new Set([...armed.values()].flatMap(({ holds }) => holds)),
    list() {
      tidy();
      return [...armed.values()].map(({ fault }) => ({ ...fault }));
    },
    disarm(which) {
      tidy();
      const chosen = [...armed.values()].filter(({ fault }) =>
        typeof which === "string" ? fault.id === which : which(fault),
      );
      for (const { end } of chosen) end();
      return chosen.map(({ fault }) => fault);
    },
  };
};

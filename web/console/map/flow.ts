import type { Passing } from "../types.ts";
import type { DrawnWire } from "./layout.ts";
import { pointOn } from "./path.ts";

/** So many dots are on their way at once: of more than that nobody sees each. */
const MOST = 140;
/** How fast a dot goes, in pixels a second, and how long it takes at most and at least, in milliseconds. */
const PACE = 420;
const [LEAST_MS, MOST_MS] = [260, 900];
/** From one picture of the dots to the next at least, in milliseconds: thirty a second are a movement, and cost half of sixty. */
const FRAME_MS = 30;
/** So many at once are shown as dots; of others the counters tell. */
const MOST_AT_ONCE = 24;

type Dot = {
  wire: DrawnWire | undefined;
  kind: DrawnWire["kind"];
  failed: boolean;
  begun: number;
  ms: number;
};

/** What of the trace travels on which wire: each passing once. */
const travels = new Set([
  "call",
  "api.request",
  "url.request",
  "poll",
  "sqs.received",
  "events.delivered",
  "events.retry",
  "stream.record",
]);

/** Finds the wire that something went along. */
export const wireFor = (
  wires: ReadonlyMap<string, DrawnWire>,
  partOf: ReadonlyMap<string, string>,
  api: string,
) => {
  const between = (from: string | undefined, to: string | undefined) =>
    from && to ? wires.get(`${from} ${to}`) : undefined;
  return ({ kind, who, to }: Passing): DrawnWire | undefined => {
    if (!travels.has(kind)) return undefined;
    const target = to === undefined ? undefined : partOf.get(to);
    const source = who === undefined ? undefined : partOf.get(who);
    return between(source, target) ?? (kind === "call" ? between(api, target) : undefined);
  };
};

/** Dots that travel along wires, on a canvas. They are few, and used again and again. */
export const createFlow = (canvas: HTMLCanvasElement, colors: () => Record<string, string>) => {
  const pool: Dot[] = Array.from({ length: MOST }, () => ({
    wire: undefined,
    kind: "call",
    failed: false,
    begun: 0,
    ms: 0,
  }));
  let frame = 0;
  let next = 0;
  let drawnAt = 0;

  const draw = (now: number) => {
    frame = 0;
    if (now - drawnAt < FRAME_MS) {
      frame = requestAnimationFrame(draw);
      return;
    }
    drawnAt = now;
    const context = canvas.getContext("2d");
    if (!context) return;
    const scale = devicePixelRatio;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const colour = colors();
    let moving = false;
    for (const dot of pool) {
      if (!dot.wire) continue;
      const part = (now - dot.begun) / dot.ms;
      if (part >= 1) {
        dot.wire = undefined;
        continue;
      }
      moving = true;
      if (part < 0) continue;
      const [x, y] = pointOn(dot.wire.trail, part);
      context.fillStyle = (dot.failed ? colour.failed : colour[dot.kind]) ?? "";
      context.beginPath();
      // A call is round, an event a square that stands on its corner, a failure a larger square.
      if (dot.failed) context.rect(x - 5, y - 5, 10, 10);
      else if (dot.kind === "call") context.arc(x, y, 4.5, 0, 7);
      else {
        context.moveTo(x, y - 6);
        context.lineTo(x + 6, y);
        context.lineTo(x, y + 6);
        context.lineTo(x - 6, y);
      }
      context.fill();
    }
    if (moving) frame = requestAnimationFrame(draw);
  };

  return {
    /** Sends dots for what passed, one after the other. */
    send(passed: { wire: DrawnWire; failed: boolean }[]) {
      const begun = performance.now();
      const some = passed.slice(-MOST_AT_ONCE);
      for (const [i, { wire, failed }] of some.entries()) {
        const dot = pool[next % MOST] as Dot;
        next += 1;
        dot.wire = wire;
        dot.kind = wire.kind;
        dot.failed = failed;
        dot.begun = begun + i * 28;
        dot.ms = Math.max(LEAST_MS, Math.min(MOST_MS, (wire.trail.length / PACE) * 1000));
      }
      if (some.length > 0 && frame === 0) frame = requestAnimationFrame(draw);
    },
    stop() {
      cancelAnimationFrame(frame);
      for (const dot of pool) dot.wire = undefined;
    },
  };
};

import { useEffect, useRef } from "preact/hooks";
import { hear } from "../live.ts";
import { calm } from "../state.ts";
import { createFlow, wireFor } from "./flow.ts";
import type { DrawnWire } from "./layout.ts";

type DotsProps = {
  wires: readonly DrawnWire[];
  partOf: ReadonlyMap<string, string>;
  api: string;
  wide: number;
  high: number;
};

/** Of more entries at once nobody follows a dot: then wires are lit and counters tell, and the shop has the machine for itself. */
const MOST_FOLLOWED = 1_000;

/** The messages on their way. Nothing moves for whoever wants nothing to move: wires are lit instead. */
export const Dots = ({ wires, partOf, api, wide, high }: DotsProps) => {
  const box = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { current } = box;
    if (!current || wide === 0) return;
    current.width = wide * devicePixelRatio;
    current.height = high * devicePixelRatio;
    const style = getComputedStyle(current);
    const colors = () => ({
      call: style.getPropertyValue("--call"),
      event: style.getPropertyValue("--event"),
      failed: style.getPropertyValue("--failed"),
    });
    const flow = createFlow(current, colors);
    const find = wireFor(
      new Map(wires.map((wire) => [`${wire.from} ${wire.to}`, wire])),
      partOf,
      api,
    );
    const lit = new Map<string, ReturnType<typeof setTimeout>>();
    const light = (wire: DrawnWire) => {
      const key = `${wire.from} ${wire.to}`;
      const path = document.querySelector(`[data-wire="${CSS.escape(key)}"]`);
      if (!path) return;
      clearTimeout(lit.get(key));
      path.classList.add("lit");
      lit.set(
        key,
        setTimeout(() => path.classList.remove("lit"), 900),
      );
    };
    const stop = hear(({ passed, entries, isOld }) => {
      // Of what was there before this page, nothing moves.
      if (isOld) return;
      const gone = passed.flatMap((passing) => {
        const wire = find(passing);
        return wire ? [{ wire, failed: passing.failed === true }] : [];
      });
      for (const wire of new Set(gone.map((one) => one.wire))) light(wire);
      if (!calm.value && entries <= MOST_FOLLOWED) flow.send(gone);
    });
    return () => {
      stop();
      flow.stop();
      for (const timer of lit.values()) clearTimeout(timer);
    };
  }, [wires, partOf, api, wide, high]);
  return <canvas ref={box} class="dots" style={{ width: `${wide}px`, height: `${high}px` }} />;
};

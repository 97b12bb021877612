import { signal, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { followLines, lines, version } from "../lines.ts";
import { base } from "../route.ts";
import type { Line } from "../types.ts";
import { tail, timeOfDay } from "../words.ts";
import { VirtualList } from "./virtual-list.tsx";

/** Whether what passes is shown beside the map. */
export const tickerIsOpen = signal(false);

const rowOf = ({ at, kind, what, who, order, failed }: Line) => (
  <div class={failed ? "tick failed" : "tick"}>
    <time>{timeOfDay(at)}</time>
    <span class="tick-what" title={`${kind}: ${what}`}>
      {failed && <span aria-hidden="true">▲ </span>}
      {what}
    </span>
    {order ? (
      <a href={`${base}orders/${order}`} title={order}>
        {tail(order)}
      </a>
    ) : (
      <span class="quiet">{who ?? ""}</span>
    )}
  </div>
);

/** Everything that passes, as lines, with a filter. */
export const Ticker = () => {
  const filter = useSignal("");
  useEffect(followLines, []);
  const shown = useComputed(() => {
    version.value;
    const text = filter.value.trim().toLowerCase();
    const words = text.split(/\s+/).filter(Boolean);
    if (words.length === 0) return [...lines];
    return lines.filter((line) => {
      const all =
        `${line.what} ${line.kind} ${line.who ?? ""} ${line.to ?? ""} ${line.order ?? ""}`.toLowerCase();
      return words.every((word) => all.includes(word));
    });
  });
  return (
    <aside class="ticker" aria-label="What passes">
      <header>
        <h2>What passes</h2>
        <input
          type="search"
          placeholder="Filter"
          aria-label="Filter what passes"
          onInput={({ currentTarget }) => {
            filter.value = currentTarget.value;
          }}
        />
        <button
          type="button"
          class="close"
          aria-label="Close"
          onClick={() => {
            tickerIsOpen.value = false;
          }}
        >
          ×
        </button>
      </header>
      <VirtualList
        items={shown.value}
        version={version.value}
        rowHigh={26}
        keyOf={({ seq }) => seq}
        row={rowOf}
        label="Entries of the trace"
        empty={
          filter.value
            ? "Nothing that passed has these words."
            : "Nothing has passed yet: place an order."
        }
      />
    </aside>
  );
};

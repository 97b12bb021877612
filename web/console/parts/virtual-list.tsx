import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

type VirtualListProps<T> = {
  items: readonly T[];
  /** Goes up when the items were changed in place. */
  version: number;
  /** The height of every row, in pixels. */
  rowHigh: number;
  keyOf: (item: T) => string | number;
  row: (item: T) => ComponentChildren;
  label: string;
  /** Said where there is nothing. */
  empty: string;
};

/** A list of any length: only what is seen is there. Whoever stands at its end stays there as it grows. */
export const VirtualList = <T,>({
  items,
  rowHigh,
  keyOf,
  row,
  label,
  empty,
}: VirtualListProps<T>) => {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, high: 600 });
  const follows = useRef(true);
  const look = () => {
    const { current } = box;
    if (!current) return;
    const { scrollTop: top, clientHeight: high, scrollHeight } = current;
    follows.current = top + high > scrollHeight - rowHigh * 2;
    setView((before) => (before.top === top && before.high === high ? before : { top, high }));
  };
  useLayoutEffect(() => {
    const { current } = box;
    if (!current) return;
    if (follows.current) current.scrollTop = current.scrollHeight;
    look();
  });
  const first = Math.max(0, Math.floor(view.top / rowHigh) - 4);
  const last = Math.min(items.length, Math.ceil((view.top + view.high) / rowHigh) + 4);
  return (
    <div
      ref={box}
      class="list"
      onScroll={look}
      role="log"
      aria-live="off"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it with the keyboard
      tabIndex={0}
    >
      {items.length === 0 && <p class="nothing">{empty}</p>}
      <div class="list-space" style={{ height: `${items.length * rowHigh}px` }}>
        {items.slice(first, last).map((item, i) => (
          <div
            key={keyOf(item)}
            class="list-row"
            style={{ top: `${(first + i) * rowHigh}px`, height: `${rowHigh}px` }}
          >
            {row(item)}
          </div>
        ))}
      </div>
    </div>
  );
};

import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The size of an element in pixels, as it changes. */
export const useSize = () => {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ wide: 0, high: 0 });
  useLayoutEffect(() => {
    const { current } = ref;
    if (!current) return;
    const look = () => {
      const { clientWidth: wide, clientHeight: high } = current;
      setSize((before) => (before.wide === wide && before.high === high ? before : { wide, high }));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return { ref, ...size };
};

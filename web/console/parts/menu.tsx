import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

type MenuProps = {
  label: ComponentChildren;
  title: string;
  children: (close: () => void) => ComponentChildren;
  primary?: boolean;
  /** Whether it opens upwards, for what stands at the bottom. */
  up?: boolean;
};

/** A button that opens something below it, or above it, which Escape or a click elsewhere closes. */
export const Menu = ({ label, title, children, primary, up }: MenuProps) => {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    const onEscape = (event: KeyboardEvent) => {
      if (event.key === "Escape") setOpen(false);
    };
    addEventListener("pointerdown", outside);
    addEventListener("keydown", onEscape);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("keydown", onEscape);
    };
  }, [open]);
  return (
    <div class={up ? "menu up" : "menu"} ref={box}>
      <button
        type="button"
        class={primary ? "primary" : undefined}
        aria-expanded={open}
        aria-haspopup="true"
        title={title}
        onClick={() => setOpen(!open)}
      >
        {label}
      </button>
      {open && <div class="menu-body">{children(() => setOpen(false))}</div>}
    </div>
  );
};

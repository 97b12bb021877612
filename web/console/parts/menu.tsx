import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

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
  const button = useRef<HTMLButtonElement>(null);
  // With what is drawn, and not a frame later: whoever is quick has pressed Escape by then.
  useLayoutEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    const onEscape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      // The key has done what it is for: it does not also leave the screen.
      event.stopPropagation();
      setOpen(false);
      button.current?.focus();
    };
    addEventListener("pointerdown", outside);
    addEventListener("keydown", onEscape, true);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("keydown", onEscape, true);
    };
  }, [open]);
  return (
    <div
      class={up ? "menu up" : "menu"}
      ref={box}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget && !box.current?.contains(relatedTarget as Node)) setOpen(false);
      }}
    >
      <button
        type="button"
        ref={button}
        class={primary ? "primary" : undefined}
        aria-expanded={open}
        title={title}
        onClick={() => setOpen(!open)}
      >
        {label}
      </button>
      {open && <div class="menu-body">{children(() => setOpen(false))}</div>}
    </div>
  );
};

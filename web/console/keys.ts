import { speeds } from "./parts/clock-bar.tsx";
import { helpIsOpen } from "./parts/help.tsx";
import { screens } from "./parts/tabs.tsx";
import { tickerIsOpen } from "./parts/ticker.tsx";
import { place, presets, showNewest } from "./place-order.ts";
import { go, query, parts as viewed } from "./route.ts";
import { clock, presenting, setPaused, setSpeed, step } from "./state.ts";

const faster = (by: 1 | -1) => {
  const at = speeds.indexOf(clock.value.value.speed);
  const next = speeds[(at < 0 ? 2 : at) + by];
  if (next !== undefined) void setSpeed(next);
};

const keys: Record<string, () => unknown> = {
  " ": () => setPaused(!clock.value.value.paused),
  ".": step,
  "[": () => faster(-1),
  "]": () => faster(1),
  o: () => presets[0] && place(presets[0]),
  n: showNewest,
  "/": () => document.getElementById("find")?.focus(),
  p: () => {
    presenting.value = presenting.value === "yes" ? "no" : "yes";
  },
  t: () => {
    tickerIsOpen.value = !tickerIsOpen.value;
  },
  "?": () => {
    helpIsOpen.value = true;
  },
  Escape: () => {
    const [screen = "", second, third] = viewed.value;
    const asked = query.value;
    if (screen === "map" && asked.has("thing")) go(second ? `map/${second}` : "map");
    else if (screen === "map" && second) go("map");
    else if (screen === "messages" && second === "events" && third) go("messages/events");
    else if (screen === "orders" && asked.has("bar")) {
      const rest = new URLSearchParams(asked);
      rest.delete("bar");
      go(`orders/${second}${rest.size > 0 ? `?${rest}` : ""}`, { replace: true });
    }
  },
};

/** Does what a key is for, unless somebody types. */
export const onKey = (event: KeyboardEvent): void => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const { tagName, type } = event.target as HTMLInputElement;
  if (/^(TEXTAREA|SELECT)$/.test(tagName) || (tagName === "INPUT" && type !== "range")) return;
  // As in every page: Space presses the button that has the focus. One in a dialog that has just closed has it for a moment more.
  const button = (event.target as Element).closest?.("button, summary, [role=button]");
  if (event.key === " " && button?.checkVisibility()) return;
  const screen = screens[Number(event.key) - 1];
  const does = screen ? () => go(screen.id) : keys[event.key];
  if (!does) return;
  event.preventDefault();
  does();
};

import { useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { onKey } from "./keys.ts";
import { ClockBar } from "./parts/clock-bar.tsx";
import { ForkBanner } from "./parts/fork-banner.tsx";
import { Help } from "./parts/help.tsx";
import { Notices } from "./parts/notices.tsx";
import { Ticker, tickerIsOpen } from "./parts/ticker.tsx";
import { TopBar } from "./parts/top-bar.tsx";
import { followLinks, parts } from "./route.ts";
import { RunBanner } from "./runs/banner.tsx";
import { runs } from "./runs/state.ts";
import { BreakScreen } from "./screens/break.tsx";
import { DataScreen } from "./screens/data.tsx";
import { MapScreen } from "./screens/map.tsx";
import { MessagesScreen } from "./screens/messages.tsx";
import { OrderScreen } from "./screens/order.tsx";
import { SagaScreen } from "./screens/saga.tsx";
import { calm, clock, faults, forks, presenting, theme, timeline } from "./state.ts";

/** A screen is a component that reads the rest of the address from `parts`. */
const screens: Record<string, ComponentType> = {
  map: MapScreen,
  orders: OrderScreen,
  saga: SagaScreen,
  messages: MessagesScreen,
  data: DataScreen,
  break: BreakScreen,
};

const Nowhere = () => <p class="nothing big">There is no such screen: pick one above.</p>;

/** The console. */
export const App = () => {
  const [here = "map"] = parts.value;
  const Screen = Object.hasOwn(screens, here) ? (screens[here] ?? Nowhere) : Nowhere;
  useEffect(() => {
    addEventListener("keydown", onKey);
    const stops = [
      ...[clock.every(1500), timeline.every(4000), faults.every(3000)],
      forks.every(4000),
      runs.every(10_000),
    ];
    return () => {
      removeEventListener("keydown", onKey);
      for (const stop of stops) stop();
    };
  }, []);
  useSignalEffect(() => {
    const { dataset } = document.documentElement;
    dataset.theme = theme.value;
    dataset.presenting = presenting.value;
    dataset.calm = String(calm.value);
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: links do what they do anyway, without loading the page
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on a link is a click
    <div class="console" onClick={followLinks}>
      <div class="above">
        <ForkBanner />
        <TopBar />
        <RunBanner />
      </div>
      <main class={tickerIsOpen.value ? "with-ticker" : undefined}>
        <Screen />
        {tickerIsOpen.value && <Ticker />}
      </main>
      <Notices />
      <ClockBar />
      <Help />
    </div>
  );
};

import { useEffect, useState } from "preact/hooks";
import { last, lost, skipped } from "../live.ts";
import { MomentSlider } from "../runs/moment-slider.tsx";
import { runs } from "../runs/state.ts";
import { clock, reset, setPaused, setSpeed, step, timeNow } from "../state.ts";
import { shortTime } from "../words.ts";
import { ClockLines } from "./clock-lines.tsx";
import { Past } from "./past.tsx";

/** The speeds that one picks among. */
export const speeds: (number | "max")[] = [0.25, 0.5, 1, 2, 4, "max"];
const named = (speed: number | "max") =>
  speed === "max" ? "max" : speed === 0.25 ? "¼×" : speed === 0.5 ? "½×" : `${speed}×`;

const Time = () => {
  const [now, setNow] = useState(timeNow());
  useEffect(() => {
    const timer = setInterval(() => setNow(timeNow()), 200);
    return () => clearInterval(timer);
  }, []);
  return (
    <time class="now" title="The shop's time, in UTC">
      {now > 0 ? shortTime(now) : "--:--:--"}
    </time>
  );
};

/** How many entries came in the last second. */
const Rate = () => {
  const [rate, setRate] = useState(0);
  useEffect(() => {
    let seen = 0;
    const timer = setInterval(() => {
      const now = last.peek();
      setRate(seen === 0 ? 0 : Math.max(0, now - seen));
      seen = now;
    }, 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span class="rate" title="Entries of the trace: in the last second, and in all">
      {rate}/s · {last.value.toLocaleString("en")}
    </span>
  );
};

/** The shop's time, and what can be done to it. */
export const ClockBar = () => {
  const { paused, speed, ...state } = clock.value.value;
  const recorded = runs.value.value.recording !== null;
  const driven = state.driven && !recorded;
  const [sure, setSure] = useState(false);
  return (
    <section class="clock" aria-label="The shop's clock">
      <button
        type="button"
        class="play"
        disabled={!driven}
        aria-label={paused ? "Let time go on" : "Pause"}
        title={paused ? "Go on (space)" : "Pause (space)"}
        onClick={() => setPaused(!paused)}
      >
        {paused ? "▶" : "❚❚"}
      </button>
      <button type="button" disabled={!driven} title="One step (.)" onClick={() => step()}>
        Step
      </button>
      <fieldset class="speeds" disabled={!driven} aria-label="Speed">
        {speeds.map((one) => (
          <button
            type="button"
            key={one}
            aria-pressed={speed === one}
            onClick={() => setSpeed(one)}
          >
            {named(one)}
          </button>
        ))}
      </fieldset>
      {driven && <ClockLines />}
      <Time />
      {paused && <strong class="paused">paused</strong>}
      {recorded ? <MomentSlider /> : <Past />}
      {lost.value ? (
        <span class="lost" role="alert">
          <span aria-hidden="true">▲</span> {lost.value}
        </span>
      ) : (
        <Rate />
      )}
      {skipped.value > 0 && (
        <span class="quiet" title="They came faster than this page could take them">
          {skipped.value} not shown
        </span>
      )}
      <button
        type="button"
        class={sure ? "danger" : undefined}
        disabled={recorded}
        title="Everything as when the doors were opened, with the same ids"
        onBlur={() => setSure(false)}
        onClick={() => {
          if (!sure) return setSure(true);
          setSure(false);
          void reset();
        }}
      >
        {sure ? "Really reset?" : "Reset"}
      </button>
    </section>
  );
};

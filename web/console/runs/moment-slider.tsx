import { useState } from "preact/hooks";
import { OpenForks } from "../parts/past.tsx";
import { rewind, timeline } from "../state.ts";
import { shortTime } from "../words.ts";
import { shownMoment } from "./state.ts";

/** The moments of a recorded run: one goes to any of them, and forth again; and the shops that go on from it. */
export const MomentSlider = () => {
  const { moments } = timeline.value.value;
  const [at, setAt] = useState<number | undefined>();
  const shown = moments.indexOf(shownMoment() ?? (moments[0] as (typeof moments)[number]));
  const chosen = moments[at ?? shown];
  const label = chosen ? `${shortTime(chosen.at)}${chosen.label ? `: ${chosen.label}` : ""}` : "";
  return (
    <>
      <label class="slider">
        <span class="visually-hidden">Go to a moment</span>
        <input
          type="range"
          min={0}
          max={Math.max(0, moments.length - 1)}
          value={at ?? shown}
          disabled={moments.length < 2}
          aria-valuetext={label}
          onInput={({ currentTarget }) => setAt(Number(currentTarget.value))}
          onChange={() => {
            if (chosen) void rewind(chosen.id);
            setAt(undefined);
          }}
        />
        <output>{label}</output>
      </label>
      <OpenForks />
    </>
  );
};

import { clock, timeline } from "../state.ts";
import { shopLine } from "../terminal.ts";
import { CopyLine } from "./copy-line.tsx";
import { Menu } from "./menu.tsx";
import { chosenMoment } from "./past.tsx";

/** The lines for a terminal that do what the buttons beside them do. */
export const ClockLines = () => {
  const { paused, speed } = clock.value.value;
  const hasPast = timeline.value.value.moments.length > 0;
  const back = chosenMoment.value ?? "10s";
  const lines = [
    paused ? "clock resume" : "clock pause",
    "clock step",
    `clock speed ${speed}`,
    ...(hasPast ? [`rewind ${back}`, `fork ${back}`, "reset"] : []),
  ];
  return (
    <Menu up label=">_" title="The same in a terminal">
      {() => (
        <ul class="clock-lines" aria-label="The same in a terminal">
          {lines.map((line) => (
            <li key={line}>
              <CopyLine line={shopLine(line)} />
            </li>
          ))}
        </ul>
      )}
    </Menu>
  );
};

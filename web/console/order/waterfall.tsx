import { timeNow } from "../state.ts";
import { span } from "../words.ts";
import { scaleOf } from "./scale.ts";
import type { Bar } from "./story.ts";

const percent = (part: number) => `${(part * 100).toFixed(3)}%`;

/** What a bar is beside its lane and label, for whoever does not see it. */
const toldOf = ({ queued, begins, ends, attempts, waiting, compensation, failed }: Bar) =>
  [
    ...(compensation ? ["a compensation"] : []),
    ...(waiting ? ["a wait"] : []),
    ...(queued ? [`${span(queued[1] - queued[0])} in the queue`] : []),
    ends === undefined ? "under way" : `took ${span(ends - begins)}`,
    ...(attempts.length > 1 ? [`${attempts.length} attempts`] : []),
    ...(failed ? [`failed: ${failed}`] : []),
  ].join("; ");

const classOf = ({ waiting, compensation, failed, ends }: Bar) =>
  [
    "bar",
    waiting && "waits",
    compensation && "undoes",
    failed && "failed",
    ends === undefined && "runs",
  ]
    .filter(Boolean)
    .join(" ");

const step = (event: KeyboardEvent) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  const rows = [...document.querySelectorAll<HTMLElement>(".waterfall .row")];
  const here = rows.indexOf(event.currentTarget as HTMLElement);
  rows[here + by]?.focus();
};

type WaterfallProps = {
  bars: Bar[];
  selected: number | undefined;
  isTrue: boolean;
  select: (seq: number | undefined) => void;
};

/** What was done for an order, over time: a row a unit of work, in the order in which they begin. */
export const Waterfall = ({ bars, selected, isTrue, select }: WaterfallProps) => {
  const runs = bars.some(({ ends }) => ends === undefined);
  const now = runs ? timeNow() : Math.max(0, ...bars.map(({ ends = 0 }) => ends));
  const { at, placeOf, marks } = scaleOf(bars, now, isTrue);
  const stretch = (from: number, to: number) => ({
    left: percent(from),
    width: percent(Math.max(0, to - from)),
  });
  return (
    <div
      class="waterfall"
      role="listbox"
      aria-label="What was done, in the order in which it began"
    >
      <div class="axis" aria-hidden="true">
        {marks.map(({ at, says }) => (
          <span key={at} style={{ left: percent(at) }}>
            {says}
          </span>
        ))}
      </div>
      {bars.map((bar, i) => {
        const { seq, lane, label, queued, attempts, failed } = bar;
        const place = placeOf(bar);
        const isNew = bars[i - 1]?.lane !== lane;
        return (
          <button
            type="button"
            role="option"
            key={seq}
            class="row"
            aria-selected={selected === seq}
            title={`${label}, ${lane}; ${toldOf(bar)}`}
            onKeyDown={step}
            onClick={() => select(selected === seq ? undefined : seq)}
          >
            <span class="lane">{isNew ? lane : <span class="visually-hidden">{lane}</span>}</span>
            <span class="label">
              {failed && (
                <span class="sign wrong" aria-hidden="true">
                  {"▲ "}
                </span>
              )}
              {bar.compensation && (
                <span class="sign back" aria-hidden="true">
                  {"↩ "}
                </span>
              )}
              {label}
              <span class="visually-hidden">: {toldOf(bar)}</span>
            </span>
            <span class="track">
              {queued && <span class="queued" style={stretch(place.queued, place.from)} />}
              <span class={classOf(bar)} style={stretch(place.from, place.to)} />
              {attempts.length > 1 &&
                attempts.map((one) => (
                  <span key={one} class="attempt" style={{ left: percent(at(one)) }} />
                ))}
            </span>
          </button>
        );
      })}
    </div>
  );
};

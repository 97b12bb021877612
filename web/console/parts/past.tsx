import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { beside } from "../route.ts";
import { fork, forks, rewind, stopFork, timeline, timeNow } from "../state.ts";
import { shopLine } from "../terminal.ts";
import type { Moment } from "../types.ts";
import { shortTime, span } from "../words.ts";
import { CopyLine } from "./copy-line.tsx";
import { Menu } from "./menu.tsx";

/** The shops that went on from a moment of this one and are open, and how to stop each. */
export const OpenForks = () => {
  const { forks: open } = forks.value.value;
  if (open.length === 0) return null;
  return (
    <Menu
      up
      label={`${open.length} ${open.length === 1 ? "fork" : "forks"} ▴`}
      title="The forks that are open, and how to stop one"
    >
      {(close) => (
        <ul class="open-forks" aria-label="Open forks">
          {open.map(({ n, api, at }) => (
            <li key={n}>
              <a href={beside(`${api}/console/`)} target="_blank" rel="noreferrer">
                Fork {n}
              </a>
              <span class="quiet">
                from {shortTime(at)}, port {new URL(api).port}
              </span>
              <button
                type="button"
                onClick={() => {
                  if (open.length === 1) close();
                  void stopFork(n);
                }}
              >
                Stop fork {n}
              </button>
              <CopyLine small line={shopLine(`stop-fork ${n}`)} />
            </li>
          ))}
        </ul>
      )}
    </Menu>
  );
};

/** The moment that is chosen on the slider; undefined at its right end, which is now. */
export const chosenMoment = signal<number | undefined>(undefined);

/** Where one goes back to, by one's own hand; another slider position is another moment, and the right end is now. */
const Chooser = ({ moments }: { moments: Moment[] }) => {
  const id = chosenMoment;
  const { forkOf } = forks.value.value;
  const at = moments.findIndex((one) => one.id === id.value);
  const chosen = moments[at];
  useEffect(() => {
    const isGone = id.value !== undefined && !moments.some((one) => one.id === id.value);
    if (isGone) id.value = undefined;
  }, [moments]);
  const doing = (work: (id: number) => unknown) => () => {
    if (!chosen) return;
    id.value = undefined;
    void work(chosen.id);
  };
  return (
    <>
      <label class="slider">
        <span class="visually-hidden">Choose a moment of the past</span>
        <input
          type="range"
          min={0}
          max={moments.length}
          value={chosen ? at : moments.length}
          aria-valuetext={chosen ? `back to ${shortTime(chosen.at)}` : "now"}
          onInput={({ currentTarget }) => {
            id.value = moments[Number(currentTarget.value)]?.id;
          }}
        />
        <output>
          {chosen
            ? `back ${span(Math.max(0, timeNow() - chosen.at))}${chosen.label ? `: ${chosen.label}` : ""}`
            : "now"}
        </output>
      </label>
      <button
        type="button"
        disabled={!chosen}
        title={
          chosen
            ? `Puts the shop back to ${shortTime(chosen.at)}`
            : "Choose a moment on the slider first"
        }
        onClick={doing(rewind)}
      >
        Rewind
      </button>
      {!forkOf && (
        <button
          type="button"
          disabled={!chosen}
          title={
            chosen
              ? `Opens a second shop that goes on from ${shortTime(chosen.at)}, beside this one`
              : "Choose a moment on the slider first"
          }
          onClick={doing(fork)}
        >
          Fork
        </button>
      )}
    </>
  );
};

/** The moments one can go back to, or go on from in a second shop; and the forks that are open. */
export const Past = () => {
  const { moments } = timeline.value.value;
  return (
    <>
      {moments.length === 0 ? (
        <span class="slider quiet">No moments are kept to go back to.</span>
      ) : (
        <Chooser moments={moments} />
      )}
      <OpenForks />
    </>
  );
};

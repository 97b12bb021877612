import { useEffect } from "preact/hooks";
import { invariants } from "../break/looked-at.ts";
import { base } from "../route.ts";
import "./runs.css";
import { busy, goOn, runs } from "./state.ts";

/** How often it is looked at whether a promise is broken: nothing happens, but one may go to another moment. */
const LOOK_EVERY_MS = 60_000;

/** The promises that are broken at the moment that is shown, and the way to the orders that break them. */
const Broken = () => {
  useEffect(() => invariants.every(LOOK_EVERY_MS), []);
  const broken = invariants.value.value.invariants.filter(({ state }) => state === "broken");
  if (broken.length === 0) return null;
  const [{ invariant } = { invariant: "" }] = broken;
  return (
    <a class="faults-on" href={`${base}break`} title={invariant}>
      <span aria-hidden="true">▲ </span>
      {broken.length === 1
        ? `${invariant.split(" ")[0]} is broken`
        : `${broken.length} promises are broken`}
    </a>
  );
};

/** What stands above every screen of a recorded run: what it is, and how to make a shop of it. */
export const RunBanner = () => {
  const { recording } = runs.value.value;
  if (!recording) return null;
  const { file, recordedAt, projectVersion, hereVersion, node, entries, sameGraph } = recording;
  return (
    <section class="run-banner" aria-label="Recorded run">
      <strong>
        <span aria-hidden="true">◉ </span>Recorded run
      </strong>
      <span class="what">
        {file}, of {new Date(recordedAt).toLocaleString()}, made by version {projectVersion} on Node{" "}
        {node}, {entries.toLocaleString("en")} entries. Nothing happens in it.
      </span>
      <Broken />
      {sameGraph ? (
        <button
          type="button"
          disabled={busy.value !== undefined}
          title="Opens a living shop that begins at the moment that is shown"
          onClick={() => goOn()}
        >
          Go on from here
        </button>
      ) : (
        <span class="why">
          {projectVersion === hereVersion
            ? "Its infrastructure is another one than here"
            : `Version ${hereVersion} here has another infrastructure`}
          , so one can only look at it.
        </span>
      )}
    </section>
  );
};

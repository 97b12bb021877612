import "./runs.css";
import { busy, goOn, runs } from "./state.ts";

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
        <span>
          Version {hereVersion} here has another infrastructure, so one can only look at it.
        </span>
      )}
    </section>
  );
};

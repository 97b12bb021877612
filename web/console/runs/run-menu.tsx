import { CopyLine } from "../parts/copy-line.tsx";
import { Menu } from "../parts/menu.tsx";
import "./runs.css";
import {
  busy,
  closeRun,
  consoleOf,
  exportLine,
  exportRun,
  openLine,
  openRun,
  refused,
  runs,
} from "./state.ts";

const Opened = () => {
  const { opened } = runs.value.value;
  if (opened.length === 0) return <p class="quiet">No recorded run is open.</p>;
  return (
    <ul class="opened">
      {opened.map((run) => (
        <li key={run.api}>
          <a href={consoleOf(run)} target="_blank" rel="noreferrer">
            {run.about.file}
          </a>
          <span class="quiet">{new Date(run.about.recordedAt).toLocaleString()}</span>
          <button
            type="button"
            onClick={() => closeRun(run)}
            aria-label={`Close ${run.about.file}`}
          >
            Close
          </button>
        </li>
      ))}
    </ul>
  );
};

const OpenFile = () => (
  <label class="open-file">
    <span>Open a run from a file</span>
    <input
      type="file"
      accept=".petstore-run"
      disabled={busy.value !== undefined}
      onChange={({ currentTarget }) => {
        const [file] = currentTarget.files ?? [];
        if (file) void openRun(file);
        currentTarget.value = ""; // the same file may be chosen again
      }}
    />
  </label>
);

/** Runs as files: save this one, look at another. */
export const RunMenu = () => {
  const { opens } = runs.value.value;
  return (
    <Menu label="Run ▾" title="Save this run as a file, open another">
      {() => (
        <div class="run-menu">
          <div class="line">
            <button type="button" disabled={busy.value !== undefined} onClick={() => exportRun()}>
              Export this run
            </button>
            <CopyLine small line={exportLine()} />
          </div>
          <p class="quiet">
            What passed and the kept moments, without keys, tokens and e-mail addresses.
          </p>
          {opens && (
            <>
              <div class="line">
                <OpenFile />
                <CopyLine small line={openLine} />
              </div>
              {refused.value && (
                <p class="refused" role="alert">
                  <span aria-hidden="true">▲ </span>
                  {refused.value}
                </p>
              )}
              <Opened />
            </>
          )}
          <p role="status">{busy.value}</p>
        </div>
      )}
    </Menu>
  );
};

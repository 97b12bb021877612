import { useEffect } from "preact/hooks";
import { looked } from "../looked.ts";
import { Difference } from "../order/difference.tsx";
import { Act } from "../parts/act.tsx";
import { CopyLine } from "../parts/copy-line.tsx";
import { command } from "../state.ts";
import { awsLine, shopLine } from "../terminal.ts";
import { span } from "../words.ts";
import { statusNote } from "./cards.tsx";
import type { ShownView } from "./told.ts";

const views = looked<{ views: ShownView[] }>("views", { views: [] });
type Rebuild = NonNullable<ShownView["rebuild"]>;

const states: Record<Rebuild["state"], string> = {
  emptying: "The read model is emptied",
  replaying: "The archive is replayed",
  applying: "All is replayed; the projection applies it",
  rebuilt: "Rebuilt",
  cancelled: "Cancelled",
  failed: "Failed",
};

const Hash = ({ of }: { of: { hash: string; rows: number } }) => (
  <span class="hash">
    <code title={of.hash}>{of.hash.slice(0, 16)}</code> of{" "}
    {of.rows === 1 ? "1 row" : `${of.rows} rows`}
  </span>
);

const Progress = ({ rebuild }: { rebuild: Rebuild }) => {
  const { events, began, now, ended, waiting, state } = rebuild;
  const ms = (ended ?? now) - began;
  const rate = ms > 0 ? Math.round((events.done * 1000) / ms) : undefined;
  return (
    <div class="rebuild-progress">
      <progress max={Math.max(1, events.of)} value={events.done} aria-label="Events replayed" />
      <p aria-live="polite">
        <strong>{states[state]}</strong>: {events.done} of {events.of} archived events replayed
        {rate !== undefined && `, ${rate} a second`}, {events.of - events.done} left; {waiting} wait
        to be applied. <span class="quiet">{span(ms)} of the shop's time.</span>
      </p>
    </div>
  );
};

const Outcome = ({ rebuild }: { rebuild: Rebuild }) => {
  const { before, after, differ, differing, meanwhile, why, dead, state } = rebuild;
  if (state === "failed") return <p class="wrong">▲ {why}</p>;
  if (!after) return null;
  const about = statusNote(differing.flatMap(({ changes }) => changes.map(({ path }) => path)));
  const isEqual = before.hash === after.hash;
  return (
    <div class="outcome">
      <p>
        Before <Hash of={before} />, after <Hash of={after} />:{" "}
        <strong class={isEqual ? "equal" : "unequal"}>
          {isEqual ? "= equal" : `≠ ${differ === 1 ? "1 row differs" : `${differ} rows differ`}`}
        </strong>
        {meanwhile > 0 && `; ${meanwhile} events came in meanwhile`}
      </p>
      {dead > 0 && <p class="wrong">▲ {dead} replayed events lie among the dead letters.</p>}
      {differing.map(({ key, how, changes }) => (
        <details key={key} open={differing.length < 4}>
          <summary>
            <code>{key}</code> {how}
          </summary>
          {changes.length > 0 && <Difference changes={changes} />}
        </details>
      ))}
      {about && <p class="quiet">{about}.</p>}
    </div>
  );
};

const ViewPanel = ({ view }: { view: ShownView }) => {
  const { id, title, rule, queue, projection, table, rows, hash, leftOut, meanwhile, replay, aws } =
    view;
  const { rebuild } = view;
  const runs = rebuild && !/rebuilt|cancelled|failed/.test(rebuild.state);
  const does = (line: string) => {
    void command(line).then(views.look);
    void views.look();
  };
  return (
    <article class="view-panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <Act class="primary" disabled={runs} onClick={() => does(`rebuild ${id}`)}>
          Rebuild
        </Act>
        <Act disabled={runs || rows === 0} onClick={() => does(`spoil ${id}`)}>
          Spoil one row
        </Act>
        {runs && (
          <Act
            class="danger"
            disabled={rebuild?.state !== "replaying"}
            title="CancelReplay: only while events are replayed"
            onClick={() => does(`rebuild ${id} cancel`)}
          >
            Cancel the replay
          </Act>
        )}
      </header>
      <p class="quiet">
        {rule} → {queue} → {projection} → {table}
      </p>
      <p>
        Now: <Hash of={{ hash, rows }} />
      </p>
      {rebuild && <Progress rebuild={rebuild} />}
      {rebuild && <Outcome rebuild={rebuild} />}
      <dl class="notes">
        <dt>Customers meanwhile</dt>
        <dd>{meanwhile}</dd>
        <dt>A replay alone</dt>
        <dd>{replay}</dd>
        <dt>Not in the hash</dt>
        <dd>{leftOut}</dd>
      </dl>
      <CopyLine line={shopLine(`rebuild ${id}`)} />
      <CopyLine line={shopLine(`spoil ${id}`)} />
      <CopyLine line={awsLine(aws.replace(/^aws /, ""))} />
    </article>
  );
};

/** Makes read models anew, and shows that they say the same afterwards. */
export const RebuildView = () => {
  useEffect(() => views.every(500), []);
  const { views: all } = views.value.value;
  return (
    <div class="rebuild-view">
      <p class="quiet">
        A read model is a fold of the archived events. Rebuilt: its rows are deleted, with what they
        remember of events, and the archive is replayed to its rule alone. The hash is SHA-256 of
        the rows as JSON with sorted keys. On AWS the archive may lag behind the bus: wait ten
        minutes between emptying and replaying.
      </p>
      {all.length === 0 && <p class="nothing">{views.wrong.value ?? "Looking…"}</p>}
      {all.map((view) => (
        <ViewPanel key={view.id} view={view} />
      ))}
    </div>
  );
};

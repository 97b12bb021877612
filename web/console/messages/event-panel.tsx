import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Taken } from "../../../local/console/event-story.ts";
import type { Passed } from "../../../local/console/events-passed.ts";
import { ask, Refusal, sentenceOf } from "../ask.ts";
import { onRestart } from "../live.ts";
import { Act } from "../parts/act.tsx";
import { CopyLine } from "../parts/copy-line.tsx";
import { useFocusBack } from "../parts/focus-back.ts";
import { base, go } from "../route.ts";
import { say } from "../state.ts";
import { awsLine } from "../terminal.ts";
import { span, tail, timeOfDay } from "../words.ts";
import { askFor, Editor } from "./editor.tsx";
import { lookAtPassed } from "./passed.ts";
import { act, type Told } from "./tell.ts";

type Story = Passed & { bus: string; detail: unknown; taken: Taken[]; aws: string };

const attemptOf = (
  { seq, at, function: name, ms, error, ended }: Taken["attempts"][number],
  i: number,
) => (
  <li key={seq} class={error ? "bad" : undefined}>
    <time>{timeOfDay(at)}</time> {name}, attempt {i + 1}:{" "}
    {error ?? (ended ? `done${ms === undefined ? "" : ` in ${span(ms)}`}` : "under way")}
  </li>
);

const takenOf = (one: Taken, i: number) => (
  <li key={i} class="taken">
    <p>
      <strong>{one.rule}</strong> → {one.target}
      {one.replayed && <span class="status">replayed</span>}
      {one.retries > 0 && <span class="status">{one.retries} retries of the bus</span>}
    </p>
    {one.lost && <p class="misfit">▲ {one.lost}</p>}
    <ul class="attempts">
      {one.attempts.map(attemptOf)}
      {one.attempts.length === 0 && !one.lost && (
        <li class="quiet">
          {one.delivered === undefined
            ? "Not yet delivered."
            : /^(Fulfil|Cancel)/.test(one.target)
              ? "Delivered."
              : "Delivered; nobody has taken it up yet."}
        </li>
      )}
    </ul>
  </li>
);

const CloseEvent = () => (
  <button type="button" class="close" aria-label="Close" onClick={() => go("messages/events")}>
    ×
  </button>
);

/** One event: whether it fits, which rules matched, who consumed it and how; and sending it again. */
export const EventPanel = ({ seq }: { seq: string }) => {
  useFocusBack();
  const story = useSignal<Story | undefined>(undefined);
  const wrong = useSignal<string | undefined>(undefined);
  const edits = useSignal(false);
  useEffect(() => {
    let over = false;
    edits.value = false;
    story.value = undefined;
    const look = async () => {
      try {
        const found = await ask<Story>(`events/${encodeURIComponent(seq)}`);
        if (over) return;
        story.value = found;
        wrong.value = undefined;
      } catch (error) {
        if (over) return;
        wrong.value = sentenceOf(error);
        if (!(error instanceof Refusal)) return;
        // What the trace has forgotten does not come back.
        story.value = undefined;
        clearInterval(timer);
      }
    };
    const timer = setInterval(() => {
      if (!document.hidden) void look();
    }, 1_500);
    void look();
    const deaf = onRestart(() => void look());
    return () => {
      over = true;
      deaf();
      clearInterval(timer);
    };
  }, [seq]);

  const event = story.value;
  if (!event)
    return (
      <aside class="panel message-panel" aria-label="The event">
        <header>
          <h2>Event {seq}</h2>
          <CloseEvent />
        </header>
        <p class="nothing">{wrong.value ?? "Looking…"}</p>
      </aside>
    );
  const sendEdited = async (detail: string, anyway: boolean) => {
    const { said, next, aws } = await askFor<Told>("events/send", {
      seq: event.seq,
      detail,
      anyway,
    });
    say({ text: said, next, ...(aws && { line: awsLine(aws) }) });
    await lookAtPassed();
  };
  return (
    <aside class="panel message-panel" aria-label="The event">
      <header>
        <h2>{event.type}</h2>
        <CloseEvent />
      </header>
      <p class="quiet">
        {timeOfDay(event.at)}, from {event.source}
        {event.order && (
          <>
            , order <a href={`${base}orders/${event.order}`}>{tail(event.order)}</a>
          </>
        )}
      </p>
      {event.about && (
        <p class="about">
          About <code>{event.about}</code>
          <CopyLine small line={event.about} says="Copy the id" />
        </p>
      )}
      <p class={event.fits ? "fits" : "misfit"}>
        {event.ofAws
          ? "An event of AWS's own: we have no contract of it."
          : event.fits
            ? "● It fits its contract."
            : `▲ ${event.why}`}
      </p>
      {!edits.value && !event.ofAws && (
        <p class="row">
          <Act
            class="primary"
            onClick={() => act("events/send", { seq: event.seq }).then(lookAtPassed)}
          >
            Send it again
          </Act>
          <Act
            onClick={() => {
              edits.value = true;
            }}
          >
            Edit and send
          </Act>
          <a href={`${base}messages/pattern/${event.seq}`}>Try a pattern on it</a>
        </p>
      )}
      {edits.value && (
        <Editor
          text={JSON.stringify(event.detail, null, 2)}
          label="Detail of the event"
          does="Send"
          send={sendEdited}
          close={() => {
            edits.value = false;
          }}
        />
      )}
      <CopyLine line={awsLine(event.aws)} />
      <h3>Rules that matched, and who consumed it</h3>
      {event.taken.length === 0 && <p class="nothing">No rule matched: nobody hears this event.</p>}
      <ul>{event.taken.map(takenOf)}</ul>
      {!edits.value && (
        <>
          <h3>Detail</h3>
          <pre>{JSON.stringify(event.detail, null, 2)}</pre>
        </>
      )}
    </aside>
  );
};

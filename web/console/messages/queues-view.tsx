import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Waiting } from "../../../local/console/peek.ts";
import type { Line } from "../../../local/console/queue-list.ts";
import { ask, sentenceOf } from "../ask.ts";
import { looked } from "../looked.ts";
import { Act } from "../parts/act.tsx";
import { CopyLine } from "../parts/copy-line.tsx";
import { base, parts } from "../route.ts";
import { say } from "../state.ts";
import { awsLine, shopLine } from "../terminal.ts";
import { span, tail } from "../words.ts";
import { askFor, Editor } from "./editor.tsx";
import { pretty } from "./pretty.ts";
import { LatelyRedriven, redrives } from "./redrives.tsx";
import { act, type Told } from "./tell.ts";

type Queue = Line & { depth: number; inFlight: number; age?: number };
type Held = Queue & { now: number; messages: Waiting[]; aws: string };

const queues = looked<{ queues: Queue[] }>("queues", { queues: [] });
const kinds = [
  ["queue", "Queues"],
  ["outbox", "Outboxes"],
  ["dead letters", "Dead letters"],
] as const;

const lineOf = ({ id, kind, reader, depth, inFlight, age }: Queue) => (
  <li key={id}>
    <a
      href={`${base}messages/queues/${id}`}
      aria-current={parts.value[2] === id ? "true" : undefined}
      class={depth > 0 ? (kind === "dead letters" ? "bad" : "waits") : undefined}
    >
      <span class="queue-name">{id}</span>
      <span class="queue-depth">{depth}</span>
      <span class="quiet">
        {kind === "dead letters" ? "failed: " : "for "}
        {reader}
      </span>
      <span class="quiet">
        {inFlight > 0 ? `${inFlight} in flight` : ""}
        {inFlight > 0 && age !== undefined ? ", " : ""}
        {age === undefined ? "" : `${span(age)} old`}
      </span>
    </a>
  </li>
);

/** All queues, outboxes and dead letters, with what lies in them. */
export const QueueList = () => {
  useEffect(() => queues.every(1_000), []);
  const all = queues.value.value.queues;
  const died = all.some(({ kind, depth }) => kind === "dead letters" && depth > 0);
  return (
    <div class="queue-list">
      {!queues.isKnown() && <p class="nothing">{queues.wrong.value ?? "Looking…"}</p>}
      {(died ? kinds.toReversed() : kinds).map(([kind, title]) => (
        <section key={kind}>
          <h2>{title}</h2>
          <ul>
            {all
              .filter((one) => one.kind === kind)
              .toSorted((a, b) => Number(b.depth > 0) - Number(a.depth > 0))
              .map(lineOf)}
          </ul>
        </section>
      ))}
    </div>
  );
};

const times = (count: number) => (count === 1 ? "once" : `${count} times`);

type CardProps = { queue: Held; message: Waiting; done: () => unknown };

const MessageCard = ({ queue, message, done }: CardProps) => {
  const edits = useSignal(false);
  const { id, body, what, at, state, receives, attempts, reason, order, misfit } = message;
  const path = `queues/${queue.id}/redrive`;
  const redriveEdited = async (text: string, anyway: boolean) => {
    const { said, next } = await askFor<Told>(path, { messageIds: [id], body: text, anyway });
    say({ text: said, next });
    await done();
  };
  return (
    <li class="message-card">
      <p>
        <strong>{what}</strong> <span class="status">{state}</span>
        {order && <a href={`${base}orders/${order}`}>{tail(order)}</a>}
      </p>
      <p class="quiet">
        {span(Math.max(0, queue.now - at))} old
        {queue.kind !== "outbox" && `, received ${times(receives)}`}
        {queue.most ? ` of ${queue.most}` : ""}
        {attempts !== undefined && attempts !== receives && `, tried ${times(attempts)}`},{" "}
        <code>{id}</code>
      </p>
      {reason && <p class="misfit">▲ {reason}</p>}
      {misfit && misfit !== reason && (
        <p class="misfit">▲ It does not fit its contract. {misfit}</p>
      )}
      {queue.kind === "dead letters" && !queue.forPerson && !edits.value && (
        <p class="row">
          <Act class="primary" onClick={() => act(path, { messageIds: [id] }).then(done)}>
            Redrive it
          </Act>
          <Act
            onClick={() => {
              edits.value = true;
            }}
          >
            Edit and redrive
          </Act>
          <CopyLine small line={shopLine(`redrive ${queue.id} --one ${id}`)} />
        </p>
      )}
      {edits.value ? (
        <Editor
          text={pretty(body)}
          label="Body of the message"
          does="Redrive"
          send={redriveEdited}
          close={() => {
            edits.value = false;
          }}
        />
      ) : (
        <details>
          <summary>Body</summary>
          <pre>{pretty(body)}</pre>
        </details>
      )}
    </li>
  );
};

const emptyOf = ({ kind, reader }: Queue): string => {
  if (kind === "outbox") return `Nothing waits: ${reader} has published every row.`;
  if (kind === "queue") return `Nothing waits: ${reader} has taken every message.`;
  return `Nothing is here: ${reader} gave nothing up.`;
};

/** What lies in a queue or an outbox, looked at without receiving it. */
export const QueuePanel = ({ id }: { id: string }) => {
  const held = useSignal<Held | undefined>(undefined);
  const wrong = useSignal<string | undefined>(undefined);
  const look = async () => {
    try {
      held.value = await ask<Held>(`queues/${encodeURIComponent(id)}/messages`);
      wrong.value = undefined;
    } catch (error) {
      wrong.value = sentenceOf(error);
    }
  };
  useEffect(() => {
    held.value = undefined;
    void look();
    const timer = setInterval(() => {
      if (!document.hidden) void look();
    }, 1_500);
    return () => clearInterval(timer);
  }, [id]);
  const done = () => Promise.all([look(), queues.look(), redrives.look()]);
  const queue = held.value?.id === id ? held.value : undefined;
  if (!queue)
    return (
      <div class="queue-held">
        <p class="nothing">{wrong.value ?? "Looking…"}</p>
      </div>
    );
  const { messages, kind, reader, most, deadLetters, forPerson } = queue;
  return (
    <section class="queue-held" aria-label={id}>
      <header>
        <h2>{id}</h2>
        {kind === "dead letters" && !forPerson && messages.length > 0 && (
          <>
            <Act onClick={() => act(`queues/${id}/redrive`, {}).then(done)}>Redrive all</Act>
            <CopyLine small line={shopLine(`redrive ${id}`)} />
          </>
        )}
      </header>
      <p class="quiet">
        {kind === "outbox" && `Events that ${reader} has still to publish.`}
        {kind === "queue" &&
          `${reader} takes what comes; after ${most} receives a message goes to `}
        {kind === "dead letters" &&
          (forPerson
            ? `${reader} leaves here what a person has to do.`
            : `What ${reader} gave up waits here for a person.`)}
        {kind === "queue" && deadLetters && (
          <a href={`${base}messages/queues/${deadLetters}`}>{deadLetters}</a>
        )}
      </p>
      <p class="quiet">Looking receives nothing: no count goes up, and nothing is hidden.</p>
      <CopyLine line={awsLine(queue.aws)} />
      {messages.length === 0 && <p class="nothing">{emptyOf(queue)}</p>}
      <ul class="message-cards">
        {messages.slice(0, 200).map((message) => (
          <MessageCard key={message.id} queue={queue} message={message} done={done} />
        ))}
      </ul>
      {messages.length > 200 && <p class="quiet">The oldest 200 of {messages.length} are shown.</p>}
      {kind === "dead letters" && <LatelyRedriven queue={id} />}
    </section>
  );
};

import { EventList } from "../messages/event-list.tsx";
import { EventPanel } from "../messages/event-panel.tsx";
import "../messages/messages.css";
import { PatternView } from "../messages/pattern-view.tsx";
import { QueueList, QueuePanel } from "../messages/queues-view.tsx";
import { LatelyRedriven } from "../messages/redrives.tsx";
import { ReplayView } from "../messages/replay-view.tsx";
import { base, parts } from "../route.ts";

const views = [
  { id: "events", label: "Events" },
  { id: "queues", label: "Queues and dead letters" },
  { id: "replay", label: "Replay" },
  { id: "pattern", label: "Try a pattern" },
];

const Chosen = ({ view, id }: { view: string; id: string | undefined }) => {
  if (view === "queues")
    return (
      <div class="message-split">
        <QueueList />
        {id ? (
          <QueuePanel id={id} />
        ) : (
          <section class="queue-held">
            <p class="nothing">Choose a queue to look into it; looking receives nothing.</p>
            <LatelyRedriven />
          </section>
        )}
      </div>
    );
  if (view === "replay") return <ReplayView />;
  if (view === "pattern") return <PatternView seq={id} />;
  return (
    <div class="message-events">
      <EventList />
      {id && <EventPanel seq={id} />}
    </div>
  );
};

/** Screen 4: events as they pass, queues, outboxes and dead letters, replays, patterns. */
export const MessagesScreen = () => {
  const [, view = "events", id] = parts.value;
  return (
    <section class="messages-screen">
      <h1 class="visually-hidden">Messages</h1>
      <nav class="saga-names" aria-label="Views of messages">
        {views.map(({ id: one, label }) => (
          <a
            key={one}
            href={`${base}messages/${one}`}
            aria-current={one === view ? "page" : undefined}
          >
            {label}
          </a>
        ))}
      </nav>
      <Chosen view={view} id={id} />
    </section>
  );
};

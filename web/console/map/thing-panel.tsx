import { Act } from "../parts/act.tsx";
import { CopyLine } from "../parts/copy-line.tsx";
import { useFocusBack } from "../parts/focus-back.ts";
import { go, parts } from "../route.ts";
import { command, depths, map, thingById } from "../state.ts";
import { shopLine } from "../terminal.ts";
import type { Thing } from "../types.ts";
import { span } from "../words.ts";

const Action = ({ label, line }: { label: string; line: string }) => (
  <div class="action">
    <Act onClick={() => command(line)}>{label}</Act>
    <CopyLine small line={shopLine(line)} />
  </div>
);

/** What can be done to a thing: as commands, which a terminal takes as well. */
const Actions = ({ thing: { id, kind, deadLetters } }: { thing: Thing }) => {
  const { wires } = map.value.value;
  const isFed = wires.some(({ to, kind }) => to === id && kind === "event");
  const paused = depths.value.value[id]?.paused;
  const lies = depths.value.value[id]?.deadLetters;
  return (
    <div class="actions">
      {kind === "function" &&
        isFed &&
        (paused ? (
          <Action label="Let it go on" line={`resume ${id}`} />
        ) : (
          <Action label="Pause it" line={`pause ${id}`} />
        ))}
      {kind === "function" && <Action label="Let it fail 3 times" line={`fail ${id} 3`} />}
      {lies !== undefined &&
        deadLetters.map((queue) => (
          <Action key={queue} label={`Redrive ${queue}`} line={`redrive ${queue}`} />
        ))}
    </div>
  );
};

const Wires = ({ id }: { id: string }) => {
  const { wires } = map.value.value;
  const list = (title: string, others: { id: string; kind: string; label?: string }[]) =>
    others.length > 0 && (
      <>
        <h3>{title}</h3>
        <ul class="wire-list">
          {others.map((other) => (
            <li key={other.id} title={other.label}>
              <span class={`wire-sign ${other.kind}`} aria-hidden="true" />
              {other.id} <span class="quiet">{other.kind}</span>
            </li>
          ))}
        </ul>
      </>
    );
  const of = (wire: { kind: string; label?: string }, other: string) => ({
    id: other,
    kind: wire.kind,
    ...(wire.label && { label: wire.label }),
  });
  return (
    <>
      {list(
        "Reached by",
        wires.filter(({ to }) => to === id).map((wire) => of(wire, wire.from)),
      )}
      {list(
        "Reaches",
        wires.filter(({ from }) => from === id).map((wire) => of(wire, wire.to)),
      )}
    </>
  );
};

/** All about one thing of the map. */
export const ThingPanel = ({ id }: { id: string }) => {
  useFocusBack();
  const thing = thingById.value.get(id);
  const [, room] = parts.value;
  const close = () => go(room ? `map/${room}` : "map");
  const { depth, inFlight, age, running, deadLetters } = depths.value.value[id] ?? {};
  const facts: [string, string | undefined][] = [
    ["Waiting", depth === undefined ? undefined : String(depth)],
    ["In flight", inFlight ? String(inFlight) : undefined],
    ["The oldest waits", age ? span(age) : undefined],
    ["Running", running === undefined ? undefined : String(running)],
    ["Dead letters", deadLetters ? String(deadLetters) : undefined],
    ["Runs", thing?.schedule],
    ["Source", thing?.source],
    ["On AWS", thing?.name],
  ];
  return (
    <aside class="panel" aria-label={id}>
      <header>
        <h2>{id}</h2>
        <button type="button" class="close" onClick={close} aria-label="Close">
          ×
        </button>
      </header>
      {thing ? (
        <>
          <p class="quiet">
            {thing.kind} of {thing.room}
          </p>
          <Actions thing={thing} />
          <dl class="facts">
            {facts.map(
              ([name, value]) =>
                value !== undefined && (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ),
            )}
          </dl>
          {thing.routes && (
            <>
              <h3>Routes</h3>
              <ul class="routes">
                {thing.routes.map((route) => (
                  <li key={route}>
                    <code>{route}</code>
                  </li>
                ))}
              </ul>
            </>
          )}
          <Wires id={id} />
        </>
      ) : (
        <p class="nothing">The graph has no {id}.</p>
      )}
    </aside>
  );
};

import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Passed } from "../../../local/console/events-passed.ts";
import { VirtualList } from "../parts/virtual-list.tsx";
import { base, go, parts } from "../route.ts";
import { briefId, tail, timeOfDay } from "../words.ts";
import { filter, lookAtPassed, passed, passedKnown, passedWrong, types } from "./passed.ts";

const LOOK_EVERY_MS = 1_000;

const markOf = ({
  fits,
  ofAws,
  lost,
  rules,
  delivered,
}: Passed): [sign: string, says: string, look: string] => {
  if (!fits) return ["▲", "does not fit its contract", "bad"];
  if (lost > 0) return ["▲", `given up for ${lost} of ${rules} targets`, "bad"];
  if (ofAws) return ["○", "an event of AWS's own", "quiet"];
  if (rules === 0) return ["○", "no rule matched", "quiet"];
  if (delivered < rules) return ["…", `brought to ${delivered} of ${rules} targets`, "waits"];
  return ["●", `brought to ${rules} of ${rules} targets`, "good"];
};

const rowOf = (event: Passed) => {
  const { seq, at, type, order, about, rules, retries } = event;
  const [sign, says, look] = markOf(event);
  const here = parts.value[2] === String(seq);
  return (
    <a
      class="event-row"
      href={`${base}messages/events/${seq}`}
      data-seq={seq}
      // The list is one stop on the way through the page, and arrows go through it: it may have thousands.
      tabIndex={-1}
      aria-current={here ? "true" : undefined}
    >
      <time>{timeOfDay(at)}</time>
      <span class={`mark ${look}`} title={says}>
        <span aria-hidden="true">{sign}</span>
        <span class="visually-hidden">{says}</span>
      </span>
      <span class="event-type" title={type}>
        {type}
      </span>
      <span class="quiet">
        {rules} {rules === 1 ? "rule" : "rules"}
        {retries > 0 ? `, ${retries} retries` : ""}
      </span>
      <span class="quiet event-about" title={order ?? about}>
        {order ? tail(order) : briefId(about ?? "")}
      </span>
    </a>
  );
};

/** Up and down go to the neighbours of the event that is shown. */
const onKey = (event: KeyboardEvent) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = passed.value;
  if (!by || all.length === 0) return;
  const at = all.findIndex(({ seq }) => String(seq) === parts.value[2]);
  const next = at < 0 ? all.at(-1) : all[at + by];
  event.preventDefault();
  if (!next) return;
  go(`messages/events/${next.seq}`, { replace: true });
  document.querySelector<HTMLElement>(`[data-seq="${next.seq}"]`)?.focus();
};

const Filter = () => {
  const set = (part: object) => {
    filter.value = { ...filter.value, ...part };
  };
  return (
    <search class="event-filter">
      <select
        aria-label="Type of the events"
        value={filter.value.type}
        onChange={({ currentTarget }) => set({ type: currentTarget.value })}
      >
        <option value="">every type</option>
        {types.value.map((type) => (
          <option key={type} value={type.toLowerCase()}>
            {type}
          </option>
        ))}
      </select>
      <input
        type="search"
        placeholder="Order"
        aria-label="Order, or a part of its id"
        value={filter.value.order}
        onInput={({ currentTarget }) => set({ order: currentTarget.value })}
      />
      <input
        type="search"
        placeholder="Text in it"
        aria-label="Text in the event"
        value={filter.value.text}
        onInput={({ currentTarget }) => set({ text: currentTarget.value })}
      />
      <span class="quiet">{passed.value.length}</span>
    </search>
  );
};

const emptyText = () => {
  if (passedWrong.value) return passedWrong.value;
  if (!passedKnown.value) return "Looking for events…";
  const { type, order, text } = filter.value;
  return type || order || text
    ? "No event that passed is such a one: widen the filter."
    : "No event has passed yet: place an order.";
};

/** The events as they pass, the newest at the end. */
export const EventList = () => {
  useSignalEffect(() => {
    filter.value;
    void lookAtPassed();
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) void lookAtPassed();
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the list inside
    <div class="event-list" onKeyDown={onKey}>
      <Filter />
      <VirtualList
        items={passed.value}
        version={passed.value.length}
        rowHigh={30}
        keyOf={({ seq }) => seq}
        row={rowOf}
        label="Events"
        empty={emptyText()}
      />
    </div>
  );
};

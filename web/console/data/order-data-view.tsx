import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useOrder } from "../follow-order.ts";
import { Gone } from "../parts/gone.tsx";
import { base, go, query } from "../route.ts";
import { who } from "../state.ts";
import { signedIn } from "../terminal.ts";
import { AnswerCard, EntityCard, type Pointing, RawCard, ViewCard } from "./cards.tsx";
import { inOrder, pictureAt, type Standing, togetherWith } from "./fold.ts";
import { Steps } from "./steps.tsx";
import type { ToldData } from "./told.ts";

/** News of an order are looked at so long after they came, for they come many together. */
const SOON_MS = 300;

const useData = (orderId: string) => {
  const { told, wrong } = useOrder<ToldData>(orderId, "data", {
    soonMs: SOON_MS,
  });
  const data = told.value;
  const ordered = useMemo(() => data && { ...data, steps: inOrder(data.steps) }, [data]);
  return { data: ordered, wrong: wrong.value };
};

/** Rows by their context and table, in the order in which they came. */
const grouped = (standing: readonly Standing[]) => {
  const groups = new Map<string, { context: string; table: string; rows: Standing[] }>();
  for (const one of standing) {
    const { table, context } = one.row;
    const group = groups.get(table) ?? { context, table, rows: [] };
    groups.set(table, group);
    group.rows.push(one);
  }
  return [...groups.values()].sort(
    (a, b) => a.context.localeCompare(b.context) || a.table.localeCompare(b.table),
  );
};

const arrows: Record<string, (at: number, most: number) => number> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  Home: () => 0,
  End: (_, most) => most,
};

/** Rows of one order in three columns, after each of its writes. */
export const OrderDataView = ({ orderId }: { orderId: string }) => {
  const { data, wrong } = useData(orderId);
  const pointed = useSignal<string | undefined>(undefined);
  const pinned = useSignal<string | undefined>(undefined);
  const all = useSignal(false);
  const columns = useRef<HTMLDivElement>(null);
  const most = data?.steps.length ?? 0;
  const asked = query.value.get("write");
  const at = asked === null ? most : Math.min(Math.max(0, Number(asked) || 0), most);
  const to = (count: number) => {
    if (count < 0 || count > most) return;
    go(`data/${orderId}${count === most ? "" : `?write=${count}`}`, { replace: true });
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { tagName } = event.target as HTMLElement;
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        /^(INPUT|TEXTAREA|SELECT)$/.test(tagName)
      )
        return;
      const moved = arrows[event.key]?.(at, most);
      if (moved === undefined || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      to(moved);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  const picture = useMemo(() => data && pictureAt(data, at), [data, at]);
  const seq = picture?.step?.seq;
  useEffect(() => {
    if (seq === undefined) return;
    const cards = columns.current?.querySelectorAll(".row-card.is-changed") ?? [];
    // The first of a column is seen in any case.
    for (const card of [...cards].reverse()) card.scrollIntoView({ block: "nearest" });
  }, [seq]);

  if (!data && wrong) return <Gone why={wrong} screen="data" />;
  if (!data || !picture) return <p class="nothing big">Looking…</p>;
  const { standing, answer, answerChanges } = picture;
  const pointing: Pointing = {
    together: togetherWith(data.rows, pointed.value ?? pinned.value),
    open: togetherWith(data.rows, pinned.value),
    pinned: pinned.value,
    all: all.value,
    point: (id) => {
      pointed.value = id;
    },
    pin: (id) => {
      pinned.value = pinned.value === id ? undefined : id;
    },
  };
  const groups = grouped(standing.filter(({ row }) => !row.isView));
  const models = standing.filter(({ row }) => row.isView);
  const path = `GET /orders/${data.short}`;
  return (
    <div class="order-data">
      <header>
        <h2>
          {data.short} <span class={`status ${data.status}`}>{data.status.replace("_", " ")}</span>
        </h2>
        <a href={`${base}orders/${orderId}`}>Its story</a>
        <label class="all">
          <input
            type="checkbox"
            checked={all.value}
            onChange={({ currentTarget }) => {
              all.value = currentTarget.checked;
            }}
          />{" "}
          all attributes
        </label>
        {wrong && <p class="wrong">{wrong}</p>}
        {data.cut && <p class="quiet cut">{data.cut}</p>}
        <Steps steps={data.steps} rows={data.rows} at={at} to={to} />
      </header>
      <div class="data-columns" ref={columns}>
        <section aria-label="As DynamoDB keeps it">
          <h3>As DynamoDB keeps it</h3>
          {groups.map(({ context, table, rows }) => (
            <div key={table} class="group">
              <h4>
                {context} · {table}
              </h4>
              {rows.map((one) => (
                <RawCard key={one.row.id} standing={one} pointing={pointing} />
              ))}
            </div>
          ))}
          {groups.length === 0 && <p class="nothing">No table has a row of it yet.</p>}
        </section>
        <section aria-label="As the code reads it">
          <h3>As the code reads it</h3>
          {groups.map(({ context, table, rows }) => (
            <div key={table} class="group">
              <h4>{context}</h4>
              {rows.map((one) => (
                <EntityCard key={one.row.id} standing={one} pointing={pointing} />
              ))}
            </div>
          ))}
          {groups.length === 0 && <p class="nothing">Nothing to read yet.</p>}
        </section>
        <section aria-label="As the read model tells it">
          <h3>As the read model tells it</h3>
          <AnswerCard
            path={path}
            line={`curl -s ${location.origin}/orders/${orderId} ${signedIn(who.value)}`}
            answer={answer}
            changes={answerChanges}
            all={all.value}
          />
          <h4>read-side · ReadTable</h4>
          {models.map((one) => (
            <ViewCard key={one.row.id} standing={one} pointing={pointing} />
          ))}
          {models.length === 0 && (
            <p class="nothing">No read model has heard of it yet: its events are on their way.</p>
          )}
        </section>
      </div>
    </div>
  );
};

import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { ask, sentenceOf } from "../ask.ts";
import { looked } from "../looked.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { CopyLine } from "../parts/copy-line.tsx";
import { base } from "../route.ts";
import { awsLine } from "../terminal.ts";
import { Attributes } from "./attributes.tsx";
import type { TableLine, TableRows } from "./told.ts";

const tables = looked<{ tables: TableLine[] }>("tables", { tables: [] });
const AGAIN_MS = 3_000;

const Rows = ({ table }: { table: TableLine }) => {
  const rows = useSignal<TableRows | undefined>(undefined);
  const wrong = useSignal<string | undefined>(undefined);
  const find = useSignal("");
  const look = useMemo(
    () =>
      oneAtATime(async () => {
        try {
          rows.value = await ask<TableRows>(
            `tables/${table.id}?find=${encodeURIComponent(find.value)}`,
          );
          wrong.value = undefined;
        } catch (error) {
          wrong.value = sentenceOf(error);
        }
      }),
    [table.id, rows, wrong, find],
  );
  useEffect(() => {
    void look();
    const timer = setInterval(() => {
      if (!document.hidden) void look();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [look]);
  const shown = rows.value;
  return (
    <section class="table-rows" aria-label={table.id}>
      <p class="row">
        <input
          type="search"
          placeholder="Rows that have this text"
          aria-label="Rows that have this text"
          value={find.value}
          onInput={({ currentTarget }) => {
            find.value = currentTarget.value;
            void look();
          }}
        />
        <span class="quiet">
          {shown &&
            `${shown.rows.length} of ${table.rows} rows${shown.more ? `: the first ones; ${shown.looked} were gone through` : ""}`}
        </span>
        <CopyLine line={awsLine(`dynamodb scan --table-name ${table.name} --max-items 100`)} />
      </p>
      {wrong.value && <p class="nothing">{wrong.value}</p>}
      {shown?.rows.length === 0 && (
        <p class="nothing">
          {find.value
            ? "No row has this text."
            : "The table is empty. An outbox is, when all is published."}
        </p>
      )}
      <ul>
        {shown?.rows.map(({ raw: { pk, sk, ...rest }, entity, order }) => (
          <li key={`${pk} ${sk}`} class="row-card">
            <details>
              <summary>
                <code class="row-key">
                  <span>{String(pk)}</span>
                  <span>{String(sk)}</span>
                </code>
                <span class="quiet">{entity}</span>
              </summary>
              <Attributes of={rest} changes={[]} all={true} />
            </details>
            {order && <a href={`${base}data/${order}`}>its order</a>}
          </li>
        ))}
      </ul>
    </section>
  );
};

/** The tables, and the rows of one. */
export const TableView = ({ id }: { id: string | undefined }) => {
  useEffect(() => tables.every(3_000), []);
  const { tables: lines } = tables.value.value;
  const chosen = lines.find((one) => one.id === id);
  return (
    <div class="data-tables">
      <nav aria-label="Tables">
        {lines.map(({ id: one, context, rows }) => (
          <a
            key={one}
            href={`${base}data/tables/${one}`}
            aria-current={one === id ? "page" : undefined}
          >
            <strong>{one}</strong> <span class="count">{rows}</span>
            <span class="quiet">{context}</span>
          </a>
        ))}
        {lines.length === 0 && <p class="nothing">{tables.wrong.value ?? "Looking…"}</p>}
      </nav>
      {chosen ? (
        <Rows key={chosen.id} table={chosen} />
      ) : (
        <p class="nothing big">
          {id && tables.isKnown()
            ? `There is no table ${id}.`
            : "Choose a table; looking reads nothing, and is in no book."}
        </p>
      )}
    </div>
  );
};

import { useOrder } from "../follow-order.ts";
import { CopyLine } from "../parts/copy-line.tsx";
import { Gone } from "../parts/gone.tsx";
import { base, go, query } from "../route.ts";
import { who } from "../state.ts";
import { signedIn } from "../terminal.ts";
import { timeOfDay } from "../words.ts";
import { BarPanel } from "./bar-panel.tsx";
import { Causes } from "./causes.tsx";
import { Costs } from "./costs.tsx";
import { Legend } from "./legend.tsx";
import type { Cause, OrderStory } from "./story.ts";
import { Waterfall } from "./waterfall.tsx";

/** News of an order are looked at so long after they came, for they come many together. */
const SOON_MS = 250;
/** What waits says until when: it is looked at so often while anything runs. */
const AGAIN_MS = 1_000;

const useStory = (orderId: string) => {
  const { told, wrong } = useOrder<OrderStory>(orderId, "orders", {
    soonMs: SOON_MS,
    againMs: ({ value }, { value: refused }) =>
      refused || value?.bars.some(({ ends }) => ends === undefined) ? AGAIN_MS : undefined,
  });
  return { story: told.value, wrong: wrong.value };
};

const sides = [
  { id: "causes", label: "Causes" },
  { id: "cost", label: "Cost" },
  { id: "mail", label: "E-mails" },
] as const;

/** Another view of the same order: what is picked stands in the address. */
const show = (orderId: string, changes: Record<string, string | undefined>) => {
  const next = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(changes))
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  const text = next.toString();
  go(`orders/${orderId}${text ? `?${text}` : ""}`, { replace: true });
};

const labelIn = (tree: Cause[], seq: number): string | undefined => {
  for (const node of tree) {
    const found = node.seq === seq ? node.what : labelIn(node.children, seq);
    if (found) return found;
  }
  return undefined;
};

const cancelLine = (orderId: string) =>
  `curl -s -X POST ${location.origin}/orders/${orderId}/cancel ${signedIn(who.value)}`;

/** One order: where it is and why, what was done for it over time, what caused what, what it cost. */
export const OrderView = ({ orderId }: { orderId: string }) => {
  const { story, wrong } = useStory(orderId);
  if (!story && wrong) return <Gone why={wrong} screen="orders" />;
  if (!story) return <p class="nothing big">Looking…</p>;

  const { short, status, sentence, bars, tree, cost, emails, looks, deadLetters } = story;
  const selected = Number(query.value.get("bar")) || undefined;
  const side = query.value.get("side") ?? "causes";
  const isTrue = query.value.get("scale") === "true";
  const select = (seq: number | undefined) =>
    show(orderId, { bar: seq === undefined ? undefined : String(seq) });
  const label =
    selected === undefined
      ? ""
      : (bars.find(({ seq }) => seq === selected)?.label ??
        labelIn(tree, selected) ??
        `Entry ${selected}`);
  return (
    <article class="order">
      <header>
        <h1>
          {short} <span class={`status ${status}`}>{status.replace("_", " ")}</span>
        </h1>
        <p class="order-id">
          <code>{orderId}</code>
          <CopyLine small line={cancelLine(orderId)} />
          <a href={`${base}data/${orderId}`}>Its data</a>
          {looks > 0 && <span class="quiet">looked at {looks} times</span>}
        </p>
        <p class="sentence">{sentence}</p>
        {deadLetters.length > 0 && (
          <p class="dead-letters">
            <span aria-hidden="true">▲</span> See what waits, and send it on:{" "}
            {deadLetters.map((queue) => (
              <a key={queue} href={`${base}messages/queues/${queue}`}>
                {queue}
              </a>
            ))}
          </p>
        )}
        {wrong && <p class="wrong">{wrong}</p>}
      </header>
      <div class="order-body">
        <section class="work" aria-label="Waterfall">
          <div class="work-head">
            <Legend />
            <button
              type="button"
              aria-pressed={isTrue}
              title="Otherwise short steps are drawn longer, so that they are seen beside long waits"
              onClick={() => show(orderId, { scale: isTrue ? undefined : "true" })}
            >
              True to scale
            </button>
          </div>
          <Waterfall bars={bars} selected={selected} isTrue={isTrue} select={select} />
        </section>
        <aside class="beside">
          {selected !== undefined ? (
            <BarPanel seq={selected} label={label} close={() => select(undefined)} />
          ) : (
            <>
              <nav class="sides" aria-label="Beside the waterfall">
                {sides.map(({ id, label }) => (
                  <button
                    type="button"
                    key={id}
                    aria-pressed={side === id}
                    onClick={() => show(orderId, { side: id === "causes" ? undefined : id })}
                  >
                    {label}
                    {id === "mail" && ` (${emails.length})`}
                  </button>
                ))}
              </nav>
              {side === "cost" && <Costs cost={cost} />}
              {side === "mail" &&
                (emails.length === 0 ? (
                  <p class="nothing">No e-mail was sent yet.</p>
                ) : (
                  <ul class="mails">
                    {emails.map(({ seq, at, subject }) => (
                      <li key={seq}>
                        <button type="button" class="plain" onClick={() => select(seq)}>
                          <time>{timeOfDay(at)}</time> {subject}
                        </button>
                      </li>
                    ))}
                  </ul>
                ))}
              {side === "causes" && <Causes tree={tree} selected={selected} select={select} />}
            </>
          )}
        </aside>
      </div>
    </article>
  );
};

import { useSignal } from "@preact/signals";
import { ask } from "../ask.ts";
import { Act } from "../parts/act.tsx";
import { CopyLine } from "../parts/copy-line.tsx";
import { attempt, command, depths, faults, timeNow } from "../state.ts";
import { shopLine } from "../terminal.ts";
import type { Fault } from "../types.ts";
import { span } from "../words.ts";
import { type Card, cards } from "./looked-at.ts";

const disarm = (id: string) =>
  attempt(async () => {
    await ask(`faults/${id}`, { method: "DELETE" });
    await Promise.all([faults.look(), depths.look()]);
  });

const Armed = ({ fault: { id, what, hypothesis, hits, most, endsAt } }: { fault: Fault }) => (
  <li class="armed">
    <p>
      <strong>{what}</strong>
    </p>
    <p class="quiet">{hypothesis}</p>
    <p class="armed-foot">
      <span>
        Hit {hits}
        {most === undefined ? "" : ` of ${most}`}, ends by itself in{" "}
        {span(Math.max(0, endsAt - timeNow()))}
      </span>
      <Act onClick={() => disarm(id)}>Disarm</Act>
    </p>
  </li>
);

const FaultCard = ({
  card: { name, title, tells, usage, hypothesis, example = name },
}: {
  card: Card;
}) => {
  const line = useSignal(example);
  const run = (event: Event) => {
    event.preventDefault();
    void command(line.value);
  };
  return (
    <li class="fault-card">
      <h3>{title ?? name}</h3>
      <p class="quiet">{hypothesis}</p>
      <form onSubmit={run}>
        <input
          type="search"
          value={line.value}
          spellcheck={false}
          aria-label={`${title}: ${tells}. Written as: ${usage}`}
          title={`${usage}: ${tells}`}
          onInput={(event) => {
            line.value = event.currentTarget.value;
          }}
        />
        <Act type="submit">Do it</Act>
        <CopyLine small line={shopLine(line.value)} />
      </form>
    </li>
  );
};

/** What is armed now, and a card for each fault. */
export const FaultCards = () => {
  const armed = faults.value.value.faults;
  const breaking = cards.value.value.commands.filter(({ hypothesis }) => hypothesis);
  return (
    <div class="break-column">
      <header>
        <h2>Faults</h2>
        <span class={armed.length > 0 ? "faults-on" : "quiet"}>
          {armed.length === 0 ? "none is armed" : `▲ ${armed.length} armed`}
        </span>
        <Act onClick={() => command("restore all")}>Restore all</Act>
        <CopyLine small line={shopLine("restore all")} />
      </header>
      {cards.wrong.value && <p class="nothing">{cards.wrong.value}</p>}
      <ul class="armed-list" aria-label="Armed faults">
        {armed.map((fault) => (
          <Armed key={fault.id} fault={fault} />
        ))}
      </ul>
      <ul class="fault-cards break-scroll" aria-label="Faults">
        {breaking.map((card) => (
          <FaultCard key={card.name} card={card} />
        ))}
      </ul>
    </div>
  );
};

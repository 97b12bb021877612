import type { Judged } from "../../../local/control/live-invariants.ts";
import { base } from "../route.ts";
import { invariants } from "./looked-at.ts";

const signs = { holds: "✓", broken: "▲", waiting: "…" } as const;
const words = { holds: "holds", broken: "broken", waiting: "judged at rest" } as const;

const Promised = ({ one: { invariant, state, broken } }: { one: Judged }) => {
  const [number = "", ...rest] = invariant.split(" ");
  return (
    <li class={`promise ${state}`}>
      <span class="promise-sign" aria-hidden="true">
        {signs[state]}
      </span>
      <span>
        <strong>{number}</strong> {rest.join(" ")}
        <span class="visually-hidden">: {words[state]}</span>
        {broken.slice(0, 5).map(({ what, order }) => (
          <span class="promise-what" key={what}>
            {order ? <a href={`${base}orders/${order}`}>{what}</a> : what}
          </span>
        ))}
        {broken.length > 5 && <span class="promise-what">and {broken.length - 5} more</span>}
      </span>
    </li>
  );
};

/** The promises, each with the order that breaks it, where one does. */
export const InvariantList = () => {
  const { atRest, orders, invariants: all } = invariants.value.value;
  const broken = all.filter(({ state }) => state === "broken").length;
  return (
    <div class="promises break-column">
      <header>
        <h2>Promises</h2>
        <span class={broken > 0 ? "faults-on" : "quiet"}>
          {broken > 0 ? `▲ ${broken} broken` : atRest ? "at rest" : "under way"}, {orders}{" "}
          {orders === 1 ? "order" : "orders"}
        </span>
      </header>
      {invariants.wrong.value && <p class="nothing">{invariants.wrong.value}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it with the keyboard */}
      <ul class="break-scroll" tabIndex={0} aria-label="Promises">
        {all.map((one) => (
          <Promised key={one.invariant} one={one} />
        ))}
      </ul>
      <p class="quiet promises-key">
        ✓ holds · … judged when nothing is under way · ▲ broken. Numbers as in docs/scenarios.md,
        which has the missing ones, too.
      </p>
    </div>
  );
};

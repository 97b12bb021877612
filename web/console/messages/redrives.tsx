import { useEffect } from "preact/hooks";
import type { Redriven } from "../../../local/console/redrives.ts";
import { looked } from "../looked.ts";
import { base } from "../route.ts";
import { pretty } from "./pretty.ts";

/** What was redriven lately. */
export const redrives = looked<{ redrives: Redriven[] }>(
  "redrives",
  { redrives: [] },
  { ofLife: true },
);

const lineOf = (one: Redriven) => {
  const { time, by, queue, messageId, what, reason, to, outcome, body, edited } = one;
  return (
    <li key={`${messageId} ${time}`} class="message-card">
      <p>
        <strong>{what}</strong> <span class="status">{outcome}</span>
        {edited !== undefined && <span class="status">edited</span>}
      </p>
      <p class="quiet">
        {time.slice(11, 19)} UTC, {by}: from <a href={`${base}messages/queues/${queue}`}>{queue}</a>{" "}
        to {to}, <code>{messageId}</code>
      </p>
      <p class="quiet">It was there because: {reason}</p>
      <details>
        <summary>{edited === undefined ? "Body" : "Body before and after the edit"}</summary>
        <pre>{pretty(body)}</pre>
        {edited !== undefined && (
          <>
            <h4>Edited</h4>
            <pre>{pretty(edited)}</pre>
          </>
        )}
      </details>
    </li>
  );
};

/** Who redrove what lately, in the console or in a terminal: of one queue, or of all. */
export const LatelyRedriven = ({ queue }: { queue?: string }) => {
  useEffect(() => redrives.every(3_000), []);
  const those = redrives.value.value.redrives.filter(
    (one) => queue === undefined || one.queue === queue,
  );
  return (
    <section class="lately" aria-label="Redriven lately">
      <h3>Redriven lately</h3>
      <p class="quiet">A record of what people did: it stays when the shop is reset or rewound.</p>
      {redrives.wrong.value ? (
        <p class="nothing">{redrives.wrong.value}</p>
      ) : those.length === 0 ? (
        <p class="nothing">Nothing{queue ? ` from ${queue}` : ""} was redriven yet.</p>
      ) : (
        <ul class="message-cards">{those.map(lineOf)}</ul>
      )}
    </section>
  );
};

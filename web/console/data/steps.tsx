import { timeOfDay } from "../words.ts";
import type { OrderRow, Step } from "./told.ts";

const verbs = { put: "put", changed: "changed", deleted: "deleted" } as const;

/** A step in a sentence: who did what to which row. */
const sentence = (step: Step, rows: readonly OrderRow[]) => {
  const row = rows.find(({ id }) => id === step.row);
  const name = (step.after ?? step.before)?.entity.name ?? "a row";
  return `${step.who} ${verbs[step.did]} ${name} in ${row?.table ?? "a table"}`;
};

/** Where one stands among the writes, and the way to each of them. */
export const Steps = ({
  steps,
  rows,
  at,
  to,
}: {
  steps: Step[];
  rows: OrderRow[];
  at: number;
  to: (count: number) => void;
}) => {
  const step = steps[at - 1];
  const text = step ? sentence(step, rows) : "Before the first write";
  return (
    <div class="steps">
      <button
        type="button"
        aria-label="One write back"
        disabled={at === 0}
        onClick={() => to(at - 1)}
      >
        ←
      </button>
      <input
        type="range"
        aria-label="Writes of this order's rows"
        aria-valuetext={`${at} of ${steps.length}: ${text}`}
        min={0}
        max={steps.length}
        value={at}
        onInput={({ currentTarget }) => to(Number(currentTarget.value))}
      />
      <button
        type="button"
        aria-label="One write on"
        disabled={at === steps.length}
        onClick={() => to(at + 1)}
      >
        →
      </button>
      <p class="step-text" aria-live="polite">
        <span class="count">
          {at} of {steps.length}
        </span>
        <strong>{text}</strong>
        {step && (
          <span class="quiet">
            {" "}
            at <time>{timeOfDay(step.at)}</time>, entry {step.seq}
          </span>
        )}
      </p>
      <details class="all-steps">
        <summary>All writes</summary>
        <ol>
          {steps.map((one, i) => (
            <li key={one.seq}>
              <button
                type="button"
                class="plain"
                aria-current={i + 1 === at ? "step" : undefined}
                onClick={(event) => {
                  to(i + 1);
                  event.currentTarget.closest("details")?.removeAttribute("open");
                }}
              >
                <time>{timeOfDay(one.at)}</time> {sentence(one, rows)}
              </button>
            </li>
          ))}
        </ol>
      </details>
    </div>
  );
};

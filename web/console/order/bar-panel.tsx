import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask, sentenceOf } from "../ask.ts";
import { onRestart } from "../live.ts";
import { useFocusBack } from "../parts/focus-back.ts";
import { timeOfDay } from "../words.ts";
import { Difference } from "./difference.tsx";
import type { Allowed, Shown, Work } from "./story.ts";

/** What Lambda answers to Invoke is bytes, in base64 in the trace: here it is what they say. */
const readable = (key: string, value: unknown) => {
  if (key !== "Payload" || typeof value !== "string") return value;
  try {
    return JSON.parse(atob(value));
  } catch {
    return value;
  }
};

const text = (value: unknown) =>
  typeof value === "string" ? value : (JSON.stringify(value, readable, 2) ?? "nothing");

const Fold = ({
  title,
  open = false,
  children,
}: {
  title: string;
  open?: boolean;
  children: ComponentChildren;
}) => (
  <details open={open}>
    <summary>{title}</summary>
    {children}
  </details>
);

/** The statements that allowed a call, and where they are written. */
const Statements = ({ iam }: { iam: Allowed[] }) => (
  <>
    {iam.map(({ action, statement, holder }) => (
      <div key={action}>
        <p class="quiet">
          <code>{action}</code>, allowed to {holder.name} in <code>{holder.file}</code>
        </p>
        <pre>{text(statement)}</pre>
      </div>
    ))}
  </>
);

const plural = (amount: number, thing: string) => `${amount} ${thing}${amount === 1 ? "" : "s"}`;

const WorkDone = ({ work }: { work: Work }) => (
  <>
    {work.source && (
      <p>
        Handler: <code>{work.source}</code>
      </p>
    )}
    {work.error !== undefined && <pre class="wrong">{text(work.error)}</pre>}
    {work.items.length > 0 && (
      <Fold title={`Wrote ${plural(work.items.length, "item")}`} open>
        {work.items.map(({ seq, table, key, changes }) => (
          <div key={seq}>
            <p class="quiet">
              {table}: <code>{key}</code>
            </p>
            <Difference changes={changes} />
          </div>
        ))}
      </Fold>
    )}
    {work.envelopes.map((envelope, i) => (
      <Fold key={i} title={`Event: ${(envelope as { type: string }).type}`} open={i === 0}>
        <pre>{text(envelope)}</pre>
      </Fold>
    ))}
    <Fold title="Input">
      <pre>{text(work.input)}</pre>
    </Fold>
    {work.output !== undefined && (
      <Fold title="Output" open={work.items.length === 0 && work.envelopes.length === 0}>
        <pre>{text(work.output)}</pre>
      </Fold>
    )}
    <Fold title={`${plural(work.calls.length, "AWS call")}, and the statements that allowed them`}>
      {work.calls.map(({ seq, what, error, units, iam }) => (
        <div key={seq} class="call">
          <p class={error ? "wrong" : undefined}>
            {error && "▲ "}
            {what}
            {units && <span class="quiet"> ({units})</span>}
            {error && `: ${error}`}
          </p>
          <Statements iam={iam} />
        </div>
      ))}
    </Fold>
    <Fold
      title={work.logs.length === 0 ? "Logged nothing" : `Log: ${plural(work.logs.length, "line")}`}
    >
      {work.logs.map((line, i) => (
        <pre key={i}>{text(line)}</pre>
      ))}
    </Fold>
  </>
);

/** An entry that is no invocation: its own fields. */
const Plain = ({ shown: { entry, end, iam, difference } }: { shown: Shown }) => {
  const { seq: _, at: __, kind: ___, cause: ____, before: _____, after: ______, ...fields } = entry;
  return (
    <>
      {difference && <Difference changes={difference} />}
      {iam && <Statements iam={iam} />}
      <pre>{text(fields)}</pre>
      {end && (
        <Fold title="How it ended">
          <pre>{text(end)}</pre>
        </Fold>
      )}
    </>
  );
};

/** Everything that is known of one entry of the trace. */
export const BarPanel = ({
  seq,
  label,
  close,
}: {
  seq: number;
  label: string;
  close: () => void;
}) => {
  useFocusBack();
  const [shown, setShown] = useState<Shown | string>();
  useEffect(() => {
    let current = true;
    const look = () =>
      ask<Shown>(`entries/${seq}`)
        .then((found) => current && setShown(found))
        .catch((error) => current && setShown(sentenceOf(error)));
    setShown(undefined);
    void look();
    const deaf = onRestart(() => void look());
    return () => {
      current = false;
      deaf();
    };
  }, [seq]);
  return (
    <section class="bar-panel" aria-label={label}>
      <header>
        <h2>{label}</h2>
        <button type="button" class="close" aria-label="Close" onClick={close}>
          ×
        </button>
      </header>
      {shown === undefined && <p class="quiet">Looking…</p>}
      {typeof shown === "string" && <p class="nothing">{shown}</p>}
      {typeof shown === "object" && (
        <>
          <p class="quiet">
            Entry {seq}, {timeOfDay(shown.entry.at)} UTC
          </p>
          {shown.work ? <WorkDone work={shown.work} /> : <Plain shown={shown} />}
        </>
      )}
    </section>
  );
};

import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { ask, sentenceOf } from "../ask.ts";
import { looked } from "../looked.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { CopyLine } from "../parts/copy-line.tsx";
import { awsLine } from "../terminal.ts";
import { lookAtPassed, passed } from "./passed.ts";

type Verdict = { matches: boolean; failed: string[]; why: string; event: string; aws: string };

const patterns = looked<{ patterns: { rule: string; pattern: string }[] }>("patterns", {
  patterns: [],
});

const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

/** Tries a pattern on an event that passed, or on one that is pasted. */
export const PatternView = ({ seq }: { seq?: string | undefined }) => {
  const pattern = useSignal('{\n  "source": ["petstore.orders"]\n}');
  const event = useSignal("");
  const verdict = useSignal<Verdict | undefined>(undefined);
  const wrong = useSignal<string | undefined>(undefined);
  const wanted = useRef<{ seq: string } | { event: string }>({ event: "" });
  const look = useMemo(
    () =>
      oneAtATime(async () => {
        const on = wanted.current;
        const isWanted = () => on === wanted.current;
        try {
          const found = await ask<Verdict>("pattern", { body: { pattern: pattern.value, ...on } });
          if (!isWanted()) return;
          verdict.value = found;
          if ("seq" in on) event.value = pretty(found.event);
          wrong.value = undefined;
        } catch (error) {
          if (!isWanted()) return;
          verdict.value = undefined;
          wrong.value = sentenceOf(error);
        }
      }),
    [],
  );
  const tryIt = (on: typeof wanted.current) => {
    wanted.current = on;
    return look();
  };
  useEffect(() => {
    let current = true;
    const before = wanted.current;
    void patterns.look();
    const chosen = async () => {
      await lookAtPassed();
      const newest = seq ?? passed.value.findLast(({ ofAws }) => !ofAws)?.seq;
      // Whoever has tried something meanwhile, or typed, keeps that.
      const isMine = current && wanted.current === before && event.value === "";
      if (newest !== undefined && (seq === undefined ? isMine : current))
        await tryIt({ seq: String(newest) });
    };
    void chosen();
    return () => {
      current = false;
    };
  }, [seq]);
  return (
    <form
      class="message-columns"
      onSubmit={(submitted) => {
        submitted.preventDefault();
        void tryIt({ event: event.value });
      }}
    >
      <section class="pattern-side">
        <h2>Pattern</h2>
        <select
          aria-label="Pattern of a rule"
          value=""
          onChange={({ currentTarget }) => {
            const found = patterns.value.value.patterns.find(
              ({ rule }) => rule === currentTarget.value,
            );
            if (!found) return;
            pattern.value = pretty(found.pattern);
            void tryIt({ event: event.value });
          }}
        >
          <option value="">take the pattern of a rule…</option>
          {patterns.value.value.patterns.map(({ rule }) => (
            <option key={rule}>{rule}</option>
          ))}
        </select>
        <textarea
          aria-label="Pattern"
          spellcheck={false}
          rows={12}
          value={pattern.value}
          onInput={({ currentTarget }) => {
            pattern.value = currentTarget.value;
          }}
        />
        <p class="row">
          <button type="submit" class="primary">
            Try it
          </button>
        </p>
        <p role="status" class={verdict.value?.matches ? "fits" : "misfit"}>
          {wrong.value ??
            (verdict.value && `${verdict.value.matches ? "●" : "▲"} ${verdict.value.why}`)}
        </p>
        {verdict.value && <CopyLine line={awsLine(verdict.value.aws)} />}
      </section>
      <section class="pattern-side">
        <h2>Event</h2>
        <textarea
          aria-label="Event"
          spellcheck={false}
          rows={22}
          placeholder="Paste an event, as the bus brings it, or pick one from the list of events."
          value={event.value}
          onInput={({ currentTarget }) => {
            event.value = currentTarget.value;
          }}
        />
      </section>
    </form>
  );
};

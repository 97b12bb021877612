import { useEffect } from "preact/hooks";
import { onRestart } from "../live.ts";
import { place, presets } from "../place-order.ts";
import { stands } from "../runs/state.ts";
import { holdNotice, hush, notices, orders } from "../state.ts";
import { CopyLine } from "./copy-line.tsx";

/** What to do first, until there is an order; then the keys that help most. */
const WhatNow = () => {
  const none = orders.isKnown() && orders.value.value.orders.length === 0;
  const [first] = presets;
  useEffect(() => onRestart(() => void orders.look()), []);
  useEffect(() => (none || !orders.isKnown() ? orders.every(2_000) : undefined), [none]);
  if (stands.value)
    return (
      <p class="what-now quiet">
        {none ? "Nothing was ordered in this run. " : ""}
        <kbd>n</kbd> shows the newest order, <kbd>?</kbd> has all keys
      </p>
    );
  if (!none || !first)
    return (
      <p class="what-now quiet">
        <kbd>o</kbd> orders something, <kbd>n</kbd> shows it, <kbd>Space</kbd> stops time,{" "}
        <kbd>?</kbd> has all keys
      </p>
    );
  return (
    <p class="what-now">
      <strong>Nothing was ordered yet: send the first order, and watch it on its way.</strong>
      <button type="button" class="primary" onClick={() => place(first)}>
        Send the first order
      </button>
    </p>
  );
};

/** What was done and what one sees next, or what went wrong: in a line of its own, where nothing is below it. */
export const Notices = () => (
  <section class="notices" aria-live="polite" aria-label="Notices">
    {notices.value.length === 0 && <WhatNow />}
    {notices.value.map(({ id, text, next, wrong, line, link }) => (
      <div
        key={id}
        class={wrong ? "notice wrong" : "notice"}
        role={wrong ? "alert" : undefined}
        title={next ? `${text} ${next}` : text}
        onPointerEnter={() => holdNotice(id)}
        onPointerLeave={() => holdNotice(undefined)}
        onFocusIn={() => holdNotice(id)}
        onFocusOut={() => holdNotice(undefined)}
      >
        <p>
          {wrong && <span aria-hidden="true">▲ </span>}
          <strong>{text}</strong> {next && <span class="quiet">{next}</span>}
        </p>
        {link && (
          <a href={link.to} target="_blank" rel="noreferrer">
            {link.label}
          </a>
        )}
        {line && <CopyLine line={line} />}
        <button type="button" class="close" onClick={() => hush(id)} aria-label="Close">
          ×
        </button>
      </div>
    ))}
  </section>
);

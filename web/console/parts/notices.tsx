import { hush, notices } from "../state.ts";
import { CopyLine } from "./copy-line.tsx";

/** What was done and what one sees next, or what went wrong. */
export const Notices = () => (
  <section class="notices" aria-live="polite" aria-label="Notices">
    {notices.value.map(({ id, text, next, wrong, line }) => (
      <div key={id} class={wrong ? "notice wrong" : "notice"} role={wrong ? "alert" : "status"}>
        <p>
          {wrong && <span aria-hidden="true">▲ </span>}
          {text}
        </p>
        {next && <p class="quiet">{next}</p>}
        {line && <CopyLine line={line} />}
        <button type="button" class="close" onClick={() => hush(id)} aria-label="Close">
          ×
        </button>
      </div>
    ))}
  </section>
);

/** What the signs on the map mean. */
export const MapKey = () => (
  <p class="map-key quiet">
    <span>
      <svg viewBox="0 0 24 8" width="24" height="8" aria-hidden="true">
        <path class="wire call near" d="M0 4H24" />
        <circle class="key-call" cx="12" cy="4" r="3.5" />
      </svg>{" "}
      a call
    </span>
    <span>
      <svg viewBox="0 0 24 8" width="24" height="8" aria-hidden="true">
        <path class="wire event near" d="M0 4H24" />
        <rect class="key-event" x="9.5" y="1.5" width="5" height="5" transform="rotate(45 12 4)" />
      </svg>{" "}
      an event
    </span>
    <span>
      <svg viewBox="0 0 12 10" width="12" height="10" aria-hidden="true">
        <rect class="key-failed" x="2" y="1" width="8" height="8" />
      </svg>{" "}
      a failure
    </span>
    <span>✝ dead letters</span>
    <span>↻ tried again</span>
    <span title="Among the newest 2,000 entries of the trace when this page was opened, and since. After a reset or a rewind the count begins anew.">
      “12 passed”: calls, events and executions that this page has seen since time was last put back
    </span>
  </p>
);

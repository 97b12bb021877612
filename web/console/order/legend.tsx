/** What the signs of a waterfall mean. */
export const Legend = () => (
  <p class="legend">
    <span>
      <i class="bar" /> work
    </span>
    <span>
      <i class="queued" /> in a queue
    </span>
    <span>
      <i class="bar waits" /> a wait
    </span>
    <span>
      <i class="bar undoes" /> ↩ a compensation
    </span>
    <span>
      <i class="bar failed" /> ▲ failed
    </span>
    <span>
      <i class="attempt" /> an attempt
    </span>
  </p>
);

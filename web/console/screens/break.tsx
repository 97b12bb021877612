/** The screen "Break". */
export const BreakScreen = () => (
  <section class="screen">
    <h1>Break it</h1>
    <p class="nothing big">
      Faults, scenarios and the promises that must hold: this screen is not built yet.
    </p>
  </section>
);

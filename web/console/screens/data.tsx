/** The screen "Data". */
export const DataScreen = () => (
  <section class="screen">
    <h1>Data</h1>
    <p class="nothing big">
      Rows, entities and read models side by side: this screen is not built yet.
    </p>
  </section>
);

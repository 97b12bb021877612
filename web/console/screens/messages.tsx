/** The screen "Messages". */
export const MessagesScreen = () => (
  <section class="screen">
    <h1>Messages</h1>
    <p class="nothing big">
      Events as they pass, queues and dead letters: this screen is not built yet.
    </p>
  </section>
);

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** Whether the keys are shown. */
export const helpIsOpen = signal(false);

const keys: [string, string][] = [
  ["1 – 6", "Map, Orders, Saga, Messages, Data, Break it"],
  ["Space", "Pause the shop's clock, and let it go on; on a button it presses the button"],
  [".", "One step"],
  ["[  ]", "Slower, faster"],
  ["o", "Place an order that goes well"],
  ["n", "The order that was placed last"],
  ["/", "Find an order"],
  ["t", "What passes, beside the map"],
  ["p", "Presenter: large type, high contrast"],
  ["← →", "On the screen Data, at an order: one write back, one on"],
  ["Home  End", "There: before the first write, after the last"],
  ["↑ ↓", "In the waterfall and the list of events: the one above, the one below"],
  ["Esc", "Close what is open; from a room back to the map"],
  ["?", "These keys"],
];

/** The keys. */
export const Help = () => {
  const box = useRef<HTMLDialogElement>(null);
  const open = helpIsOpen.value;
  useEffect(() => {
    if (open) box.current?.showModal();
    else box.current?.close();
  }, [open]);
  return (
    <dialog
      ref={box}
      class="help"
      aria-label="Keys"
      onClose={() => {
        helpIsOpen.value = false;
      }}
    >
      <h2>Keys</h2>
      <dl>
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">
        A round dot is a call, a square on its corner an event, a large red square a failure. Solid
        lines are calls, dashed ones events. Violet is a compensation. “12 passed” on the map is
        what this page has seen pass: it begins anew when time is put back.
      </p>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
};

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ask, sentenceOf } from "../ask.ts";
import { onRestart } from "../live.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { goToOrder } from "../route.ts";
import type { OrderLine } from "../types.ts";

/** Finds an order by its id, its short name, or a word of its sentence. */
export const OrderFinder = () => {
  const [found, setFound] = useState<OrderLine[] | string | undefined>();
  const wanted = useRef("");
  const look = useMemo(
    () =>
      oneAtATime(async () => {
        try {
          const { orders } = await ask<{ orders: OrderLine[] }>(
            `orders?find=${encodeURIComponent(wanted.current)}`,
          );
          setFound(orders.slice(0, 8));
        } catch (error) {
          setFound(sentenceOf(error));
        }
      }),
    [],
  );
  useEffect(() => onRestart(() => setFound(undefined)), []);
  const find = (text: string) => {
    wanted.current = text;
    void look();
  };
  const open = (orderId: string) => {
    setFound(undefined);
    goToOrder(orderId);
  };
  const close = () => setTimeout(() => setFound(undefined), 150);
  return (
    <search class="finder">
      <input
        id="find"
        type="search"
        placeholder="Find an order  /"
        aria-label="Find an order"
        autocomplete="off"
        spellcheck={false}
        onFocus={({ currentTarget }) => find(currentTarget.value)}
        onInput={({ currentTarget }) => find(currentTarget.value)}
        onBlur={close}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
          const [first] = Array.isArray(found) ? found : [];
          if (event.key === "Enter" && first) open(first.orderId);
        }}
      />
      {found !== undefined && (
        <div class="menu-body found">
          {typeof found === "string" && <p class="nothing">{found}</p>}
          {Array.isArray(found) && found.length === 0 && (
            <p class="nothing">No such order: place one.</p>
          )}
          {Array.isArray(found) &&
            found.map(({ orderId, short, sentence, status }) => (
              <button
                type="button"
                key={orderId}
                class="order-line"
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => open(orderId)}
              >
                <strong>{short}</strong> <span class="status">{status}</span>
                <span class="quiet">{sentence}</span>
              </button>
            ))}
        </div>
      )}
    </search>
  );
};

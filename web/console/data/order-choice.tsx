import { useEffect } from "preact/hooks";
import { looked } from "../looked.ts";
import { base } from "../route.ts";
import type { OrderLine } from "../types.ts";
import { shortTime } from "../words.ts";

const orders = looked<{ orders: OrderLine[] }>("orders", { orders: [] });

/** The orders whose rows can be looked at, the newest first. */
export const OrderChoice = () => {
  useEffect(() => orders.every(2000), []);
  const { orders: lines } = orders.value.value;
  return (
    <div class="data-choice">
      <p class="quiet">
        Whose rows? They are shown as DynamoDB keeps them, as the code reads them, and as the read
        model tells them.
      </p>
      {lines.length === 0 && (
        <p class="nothing big">
          {orders.wrong.value ??
            (orders.isKnown() ? "No orders yet: place one above." : "Looking…")}
        </p>
      )}
      <ul class="orders">
        {lines.map(({ orderId, short, sentence, status, placedAt }) => (
          <li key={orderId}>
            <a href={`${base}data/${orderId}`}>
              <strong>{short}</strong>
              <span class={`status ${status}`}>{status.replace("_", " ")}</span>
              <span class="quiet">{sentence}</span>
              <time>{shortTime(placedAt)}</time>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
};

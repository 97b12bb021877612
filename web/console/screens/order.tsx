import { useEffect } from "preact/hooks";
import { looked } from "../looked.ts";
import { base, parts } from "../route.ts";
import type { OrderLine } from "../types.ts";
import { shortTime } from "../words.ts";

const orders = looked<{ orders: OrderLine[] }>("orders", { orders: [] });

/** The orders, the newest first. */
export const OrderScreen = () => {
  const [, orderId] = parts.value;
  useEffect(() => orders.every(2000), []);
  const one = orders.value.value.orders.find((order) => order.orderId === orderId);
  return (
    <section class="screen">
      <h1>{orderId ? (one?.short ?? orderId) : "Orders"}</h1>
      {orderId && <p class="sentence">{one?.sentence ?? "This order is not among the newest."}</p>}
      {orders.wrong.value && <p class="nothing">{orders.wrong.value}</p>}
      {orders.value.value.orders.length === 0 && !orders.wrong.value && (
        <p class="nothing big">No orders yet: place one above.</p>
      )}
      <ul class="orders">
        {orders.value.value.orders.map(({ orderId, short, sentence, status, placedAt }) => (
          <li key={orderId}>
            <a href={`${base}orders/${orderId}`}>
              <strong>{short}</strong>
              <span class="status">{status}</span>
              <span class="quiet">{sentence}</span>
              <time>{shortTime(placedAt)}</time>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
};

import { useEffect } from "preact/hooks";
import { OrderView } from "../order/order-view.tsx";
import "../order/order.css";
import { base, parts } from "../route.ts";
import { orders } from "../state.ts";
import { shortTime } from "../words.ts";

/** The orders, the newest first. */
const OrderList = () => {
  useEffect(() => orders.every(2000), []);
  const { orders: lines } = orders.value.value;
  return (
    <section class="screen">
      <h1>Orders</h1>
      {orders.wrong.value && <p class="nothing">{orders.wrong.value}</p>}
      {lines.length === 0 && !orders.wrong.value && (
        <p class="nothing big">
          {orders.isKnown() ? "No order yet: send the first one, below." : "Looking…"}
        </p>
      )}
      <ul class="orders">
        {lines.map(({ orderId, short, sentence, status, placedAt }) => (
          <li key={orderId}>
            <a href={`${base}orders/${orderId}`}>
              <strong>{short}</strong>
              <span class={`status ${status}`}>{status.replace("_", " ")}</span>
              <span class="quiet">{sentence}</span>
              <time>{shortTime(placedAt)}</time>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
};

/** The orders, or one of them. */
export const OrderScreen = () => {
  const [, orderId] = parts.value;
  return orderId ? <OrderView key={orderId} orderId={orderId} /> : <OrderList />;
};

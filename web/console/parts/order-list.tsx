import { useEffect } from "preact/hooks";
import { base } from "../route.ts";
import { orders } from "../state.ts";
import { shortTime } from "../words.ts";

/** The orders, the newest first, each leading to it on a screen. */
export const OrderList = ({ screen }: { screen: "orders" | "data" }) => {
  useEffect(() => orders.every(2000), []);
  const { orders: lines } = orders.value.value;
  return (
    <>
      {orders.wrong.value && <p class="nothing">{orders.wrong.value}</p>}
      {lines.length === 0 && !orders.wrong.value && (
        <p class="nothing big">
          {orders.isKnown() ? "No order yet: send the first one, below." : "Looking…"}
        </p>
      )}
      <ul class="orders">
        {lines.map(({ orderId, short, sentence, status, placedAt }) => (
          <li key={orderId}>
            <a href={`${base}${screen}/${orderId}`}>
              <strong>{short}</strong>
              <span class={`status ${status}`}>{status.replace("_", " ")}</span>
              <span class="quiet">{sentence}</span>
              <time>{shortTime(placedAt)}</time>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
};

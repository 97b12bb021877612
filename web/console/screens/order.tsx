import { OrderView } from "../order/order-view.tsx";
import "../order/order.css";
import { OrderList } from "../parts/order-list.tsx";
import { parts } from "../route.ts";

/** The orders, or one of them. */
export const OrderScreen = () => {
  const [, orderId] = parts.value;
  if (orderId) return <OrderView key={orderId} orderId={orderId} />;
  return (
    <section class="screen">
      <h1>Orders</h1>
      <OrderList screen="orders" />
    </section>
  );
};

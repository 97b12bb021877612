import { OrderList } from "../parts/order-list.tsx";

/** The orders whose rows can be looked at, the newest first. */
export const OrderChoice = () => (
  <div class="data-choice">
    <p class="quiet">
      Whose rows? They are shown as DynamoDB keeps them, as the code reads them, and as the read
      model tells them.
    </p>
    <OrderList screen="data" />
  </div>
);

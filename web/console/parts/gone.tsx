import { place, presets } from "../place-order.ts";
import { base } from "../route.ts";

/** Said in place of an order that is not there, with the ways on. */
export const Gone = ({ why, screen }: { why: string; screen: "orders" | "data" }) => {
  const [first] = presets;
  return (
    <section class="nothing big gone" aria-label="No such order">
      <h1 class="visually-hidden">No such order</h1>
      <p role="status">{why}</p>
      <p class="row">
        <a href={`${base}${screen}`}>Choose another order</a>
        {first && (
          <button type="button" class="primary" onClick={() => place(first)}>
            Send an order
          </button>
        )}
      </p>
    </section>
  );
};

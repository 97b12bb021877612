import { useSignal } from "@preact/signals";
import type { Answer } from "./api.ts";
import type { Order, Page } from "./api-types.ts";
import { storyOf } from "./order-story.ts";
import { look, nameOf, priceOf, products } from "./products.ts";
import { askAs, customer } from "./session.ts";
import { To } from "./to.tsx";
import { useWhileOpen } from "./while-open.ts";

const dayOf = (at: string) =>
  new Date(at).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });

const Row = ({ order }: { order: Order }) => {
  const { headline, tone } = storyOf(order);
  const what = order.lines.map(({ productId, quantity }) =>
    quantity === 1 ? nameOf(productId) : `${quantity} × ${nameOf(productId)}`,
  );
  return (
    <li>
      <To path={`/orders/${order.orderId}`}>
        <span class={`badge ${tone}`}>{headline}</span>
        <strong>{what.join(" · ") || "An order"}</strong>
        <small>
          {order.placedAt && dayOf(order.placedAt)}
          {order.total && ` · ${priceOf(order.total)}`}
        </small>
      </To>
    </li>
  );
};

/** The orders of who is signed in, newest first. */
export const OrdersPage = () => {
  const answer = useSignal<Answer<Page<Order>> | undefined>(undefined);
  const older = useSignal<Order[]>([]);
  const cursor = useSignal<string | null | undefined>(undefined);
  const who = customer.value;
  useWhileOpen(
    async (signal) => {
      if (!who) return undefined;
      if (!products.value) void look(signal);
      const next = await askAs<Page<Order>>("/orders?limit=20", { signal });
      if (!signal.aborted) answer.value = next;
      return 3_000;
    },
    [who?.name],
  );
  const more = async (from: string) => {
    const next = await askAs<Page<Order>>(`/orders?limit=20&cursor=${encodeURIComponent(from)}`);
    if (!next.ok) {
      answer.value = next;
      return;
    }
    older.value = [...older.value, ...next.value.items];
    cursor.value = next.value.cursor;
  };
  const found = answer.value;
  const newest = found?.ok ? found.value.items : [];
  const ids = new Set(newest.map(({ orderId }) => orderId));
  const all = [...newest, ...older.value.filter(({ orderId }) => !ids.has(orderId))];
  const from = cursor.value === undefined ? (found?.ok ? found.value.cursor : null) : cursor.value;
  return (
    <main class="narrow">
      <h1 tabIndex={-1}>My orders</h1>
      {!who && (
        <p>
          <To path="/who" class="button">
            Say who you are
          </To>
        </p>
      )}
      {found && !found.ok && (
        <p class="problem" role="alert">
          {found.problem.detail}
        </p>
      )}
      {who && !found && <p class="quiet">Looking through the books …</p>}
      {found?.ok && all.length === 0 && (
        <p class="quiet">
          None yet. An order that you have just placed may take a moment to get here;{" "}
          <To path="/">the shelves are over there</To>.
        </p>
      )}
      <ul class="orders">
        {all.map((order) => (
          <Row key={order.orderId} order={order} />
        ))}
      </ul>
      {from && (
        <p>
          <button type="button" class="plain" onClick={() => void more(from)}>
            Older ones
          </button>
        </p>
      )}
    </main>
  );
};

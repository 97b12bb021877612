import { useSignal } from "@preact/signals";
import type { Problem } from "./api.ts";
import type { Accepted, Order } from "./api-types.ts";
import { refill } from "./basket.ts";
import { type Step, storyOf } from "./order-story.ts";
import { Picture } from "./pictures.tsx";
import { look, nameOf, priceOf, products } from "./products.ts";
import { go } from "./route.ts";
import { askAs, customer } from "./session.ts";
import { To } from "./to.tsx";
import { useWhileOpen } from "./while-open.ts";

const timeOf = (at: string) => new Date(at).toLocaleTimeString("en", { timeStyle: "medium" });

const words: Record<Step["standing"], string> = {
  done: "done",
  now: "in progress",
  later: "still to come",
  failed: "ended here",
  undone: "undone",
};

const Steps = ({ steps }: { steps: Step[] }) => (
  <ol class="steps">
    {steps.map(({ name, standing, at }) => (
      <li key={name} class={standing} aria-current={standing === "now" ? "step" : undefined}>
        <span class="mark" aria-hidden="true" />
        <span class="name">{name}</span>
        <small>{at ? timeOf(at) : words[standing]}</small>
        {at && standing === "undone" && <small>undone</small>}
      </li>
    ))}
  </ol>
);

const Goods = ({ order }: { order: Order }) => (
  <>
    <ul class="lines">
      {order.lines.map(({ productId, quantity, unitPrice }) => (
        <li key={productId}>
          <Picture productId={productId} />
          <div>
            <strong>{nameOf(productId)}</strong>
            <small>
              {quantity} × {priceOf(unitPrice)}
            </small>
          </div>
          <span class="sum">{priceOf({ ...unitPrice, amount: unitPrice.amount * quantity })}</span>
        </li>
      ))}
    </ul>
    {order.total && (
      <p class="total">
        {order.paid ? (order.refunded ? "Paid, and given back" : "Paid") : "To pay"}{" "}
        <strong>{priceOf(order.total)}</strong>
      </p>
    )}
  </>
);

/** How often to look while something is expected, and afterwards, in ms. */
const SOON = 700;
const LATER = 10_000;

/** An order: how it stands, what is pending, and what may be done. It updates itself. */
export const OrderPage = ({ orderId }: { orderId: string }) => {
  const order = useSignal<Order | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const cancelling = useSignal(false);
  const cancelled = useSignal(false);
  // What was written last is what is to be read at least.
  const version = useSignal(Number(new URLSearchParams(location.search).get("version")) || 1);
  const who = customer.value;

  useWhileOpen(
    async (signal) => {
      if (!who) return undefined;
      if (!products.value) void look(signal);
      const answer = await askAs<Order>(`/orders/${orderId}?version=${version.value}`, { signal });
      if (signal.aborted) return undefined;
      if (!answer.ok) {
        problem.value = answer.problem;
        // The shop was set back to before it: what stood here is no more.
        if (answer.problem.type.endsWith("/no-such-order")) order.value = undefined;
        return answer.problem.type.endsWith("/no-such-version") ? SOON : LATER;
      }
      problem.value = undefined;
      order.value = answer.value;
      version.value = Math.max(version.value, answer.value.version);
      return storyOf(answer.value, cancelled.value).settled ? LATER : SOON;
    },
    [orderId, who?.name, version.value],
  );

  const cancel = async () => {
    cancelling.value = true;
    const answer = await askAs<Accepted>(`/orders/${orderId}/cancel`, { method: "POST" });
    cancelling.value = false;
    cancelled.value = answer.ok;
    if (answer.ok) version.value = Math.max(version.value, answer.value.version);
    else problem.value = answer.problem;
  };

  const found = order.value;
  const story = found && storyOf(found, cancelled.value);
  const short = orderId.slice(-6);
  return (
    <main class="narrow">
      <p class="crumb">
        <To path="/orders">My orders</To> / <code title={orderId}>…{short}</code>
      </p>
      <div role="status" class={`story ${story?.tone ?? "going"}`}>
        <h1 tabIndex={-1}>{story?.headline ?? (problem.value ? "Not here" : "One moment …")}</h1>
        {story && <p>{story.sentence}</p>}
        {!who && <p>Say who you are, and you see your orders.</p>}
      </div>
      {problem.value && (
        <p class="problem" role="alert">
          {problem.value.detail}
        </p>
      )}
      {!who && (
        <To path="/who" class="button">
          Say who you are
        </To>
      )}
      {found && story && (
        <>
          <Steps steps={story.steps} />
          {!story.settled && <p class="quiet">This page follows the order by itself.</p>}
          <Goods order={found} />
          <p class="actions">
            {story.mayCancel && (
              <button
                type="button"
                class="plain"
                disabled={cancelling.value}
                onClick={() => void cancel()}
              >
                {cancelling.value ? "Cancelling …" : "Cancel this order"}
              </button>
            )}
            {found.status === "REJECTED" && (
              <button
                type="button"
                class="button"
                onClick={() => {
                  refill(found.lines);
                  go("/basket");
                }}
              >
                {found.reason?.code === "PaymentDeclined"
                  ? "Try another card"
                  : "Back to the basket with it"}
              </button>
            )}
          </p>
        </>
      )}
    </main>
  );
};

import { useSignal } from "@preact/signals";
import type { Problem } from "./api.ts";
import { basket, choose } from "./basket.ts";
import { cards } from "./cards.ts";
import { Picture } from "./pictures.tsx";
import { notTaken, place } from "./place.ts";
import { look, nameOf, priceOf, products } from "./products.ts";
import { customer } from "./session.ts";
import { To } from "./to.tsx";
import { useWhileOpen } from "./while-open.ts";

const Line = ({ productId, quantity }: { productId: string; quantity: number }) => {
  const product = products.value?.find((one) => one.productId === productId);
  const name = nameOf(productId);
  const left = product?.available ?? 0;
  const sent = basket.value.sent !== undefined;
  return (
    <li>
      <Picture productId={productId as `prd_${string}`} />
      <div>
        <strong>{name}</strong>
        {product && left < quantity && (
          <span class="left none">
            {left === 0 ? "None is left just now." : `Only ${left} left just now.`}
          </span>
        )}
      </div>
      <div class="stepper">
        <button
          type="button"
          disabled={sent}
          aria-label={`One less of ${name}`}
          onClick={() => choose(productId as `prd_${string}`, quantity - 1)}
        >
          −
        </button>
        <span aria-live="polite">{quantity}</span>
        <button
          type="button"
          disabled={sent || quantity >= Math.min(100, left)}
          aria-label={`One more of ${name}`}
          onClick={() => choose(productId as `prd_${string}`, quantity + 1)}
        >
          +
        </button>
      </div>
      <span class="sum">
        {product && priceOf({ ...product.price, amount: product.price.amount * quantity })}
      </span>
    </li>
  );
};

const totalOf = (lines: [string, number][]) => {
  const known = lines.flatMap(([productId, quantity]) => {
    const product = products.value?.find((one) => one.productId === productId);
    return product ? [{ ...product.price, amount: product.price.amount * quantity }] : [];
  });
  const [first] = known;
  if (!first || known.length < lines.length) return undefined;
  return { ...first, amount: known.reduce((sum, { amount }) => sum + amount, 0) };
};

const whatNow = ({ type }: Problem, sent: boolean) => {
  if (sent)
    return "We do not know yet whether your order arrived. Asking again is safe: it stays one order.";
  if (type.endsWith("/idempotency-key-reused"))
    return "This basket was ordered before: see your orders, before you order it once more.";
  return "Nothing was ordered.";
};

/** The basket, and the checkout below it. */
export const BasketPage = () => {
  const card = useSignal("tok_approve");
  useWhileOpen(async (signal) => {
    await look(signal);
    return 4_000;
  }, []);
  const { lines: chosen, sent, ordered } = basket.value;
  const lines = Object.entries(chosen);
  const total = totalOf(lines);
  const problem = notTaken.value;
  if (lines.length === 0)
    return (
      <main>
        <h1 tabIndex={-1}>Your basket is empty</h1>
        {ordered && (
          <p>
            Your last order is in <To path="/orders">My orders</To>.
          </p>
        )}
        <p>
          <To path="/" class="button">
            See who is there
          </To>
        </p>
      </main>
    );
  const sending = sent !== undefined && !problem;
  return (
    <main class="narrow">
      <h1 tabIndex={-1}>Your basket</h1>
      <ul class="lines">
        {lines.map(([productId, quantity]) => (
          <Line key={productId} productId={productId} quantity={quantity} />
        ))}
      </ul>
      <p class="total">
        Together <strong>{total ? priceOf(total) : "…"}</strong>
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void place(card.value);
        }}
      >
        <fieldset disabled={sent !== undefined}>
          <legend>Pay with</legend>
          <p class="quiet">A sandbox: each card does what its name says, each time.</p>
          <div class="choices">
            {cards.map(([token, name, what]) => (
              <label key={token}>
                <input
                  type="radio"
                  name="card"
                  value={token}
                  checked={(sent?.paymentToken ?? card.value) === token}
                  onChange={() => {
                    card.value = token;
                  }}
                />
                <span>
                  <strong>{name}</strong>
                  <small>{what}</small>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        {problem && (
          <p class="problem" role="alert">
            {problem.detail} {whatNow(problem, sent !== undefined)}
          </p>
        )}
        {customer.value ? (
          <button type="submit" class="button big" disabled={sending}>
            {sending ? "Ordering …" : sent ? "Ask again" : "Order and pay"}
            {!sent && total ? ` ${priceOf(total)}` : ""}
          </button>
        ) : (
          <To path="/who" class="button big">
            Say who you are, and order
          </To>
        )}
      </form>
    </main>
  );
};

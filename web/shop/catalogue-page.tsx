import type { Product } from "./api-types.ts";
import { basket, choose, MOST_LINES } from "./basket.ts";
import { Picture } from "./pictures.tsx";
import { look, priceOf, products, unseen } from "./products.ts";
import { To } from "./to.tsx";
import { useWhileOpen } from "./while-open.ts";

const kinds: [kind: Product["kind"], title: string, about: string][] = [
  ["live-animal", "Animals", "Each is one of its kind. Who is gone, is gone to a good home."],
  ["supplies", "Supplies", "What they live in, run in and ring with."],
  ["perishable", "Food", "Fresh. Some of it very."],
];

const left = ({ available, kind }: Product): [text: string, tone: string] => {
  if (available === 0) return [kind === "live-animal" ? "Has found a home" : "Sold out", "none"];
  if (kind === "live-animal")
    return available === 1 ? ["Only one", "few"] : [`${available} left`, "few"];
  return [`${available.toLocaleString("en")} left`, available < 20 ? "few" : "many"];
};

const Card = ({ product }: { product: Product }) => {
  const { productId, name, description, price, available, kind } = product;
  const chosen = basket.value.lines[productId] ?? 0;
  const [text, tone] = left(product);
  const full = chosen === 0 && Object.keys(basket.value.lines).length >= MOST_LINES;
  const most = chosen >= available;
  return (
    <li class={`card ${kind}`}>
      <div class="frame">
        <Picture productId={productId} />
      </div>
      <h3>{name}</h3>
      <p class="about">{description}</p>
      <p class="row">
        <strong class="price">{priceOf(price)}</strong>
        <span class={`left ${tone}`}>{text}</span>
      </p>
      <button
        type="button"
        disabled={available === 0 || most || full || basket.value.sent !== undefined}
        onClick={() => choose(productId, chosen + 1)}
      >
        {chosen === 0
          ? "Into the basket"
          : most
            ? `${chosen} in the basket`
            : `One more (${chosen} in it)`}
        <span class="unseen">: {name}</span>
      </button>
    </li>
  );
};

/** What is on offer, by kind, and what is left of each. */
export const CataloguePage = () => {
  useWhileOpen(async (signal) => {
    await look(signal);
    return 4_000;
  }, []);
  const all = products.value;
  return (
    <main>
      <h1 tabIndex={-1}>Who comes home with you?</h1>
      {unseen.value && (
        <p class="problem" role="alert">
          {unseen.value.detail}
        </p>
      )}
      {all === undefined && !unseen.value && <p class="quiet">Looking at the shelves …</p>}
      {all?.length === 0 && (
        <p class="quiet">
          The shelves are empty: no product is listed yet. On a stage, <code>npm run seed</code>{" "}
          fills them.
        </p>
      )}
      {kinds.map(([kind, title, about]) => {
        const some = all?.filter((product) => product.kind === kind) ?? [];
        if (some.length === 0) return null;
        return (
          <section key={kind} aria-labelledby={`kind-${kind}`}>
            <h2 id={`kind-${kind}`}>{title}</h2>
            <p class="quiet">{about}</p>
            <ul class="cards">
              {some.map((product) => (
                <Card key={product.productId} product={product} />
              ))}
            </ul>
          </section>
        );
      })}
      {Object.keys(basket.value.lines).length > 0 && (
        <p class="onward">
          <To path="/basket" class="button">
            To the basket
          </To>
        </p>
      )}
    </main>
  );
};

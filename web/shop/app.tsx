import { computed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { waiting } from "./api.ts";
import { inBasket } from "./basket.ts";
import { BasketPage } from "./basket-page.tsx";
import { CataloguePage } from "./catalogue-page.tsx";
import type { Config } from "./config.ts";
import { OrderPage } from "./order-page.tsx";
import { OrdersPage } from "./orders-page.tsx";
import { route } from "./route.ts";
import { customer } from "./session.ts";
import { To } from "./to.tsx";
import { WhoPage } from "./who-page.tsx";

const Paw = () => (
  <svg class="paw" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <ellipse cx="7" cy="14" rx="3.4" ry="4.6" transform="rotate(-22 7 14)" />
    <ellipse cx="13" cy="8" rx="3.5" ry="5" transform="rotate(-6 13 8)" />
    <ellipse cx="20" cy="8" rx="3.5" ry="5" transform="rotate(8 20 8)" />
    <ellipse cx="26" cy="14" rx="3.4" ry="4.6" transform="rotate(24 26 14)" />
    <path d="M16 15c5 0 10 6 9 10-1 3-5 3-9 2-4 1-8 1-9-2-1-4 4-10 9-10Z" />
  </svg>
);

const Header = () => (
  <header>
    <To path="/" class="brand">
      <Paw /> Pet Store
    </To>
    <nav aria-label="Shop">
      <To path="/orders">My orders</To>
      <To path="/basket" class="to-basket">
        Basket{" "}
        <span class="count">
          {inBasket}
          <span class="unseen"> things in it</span>
        </span>
      </To>
      <To path="/who" class="who">
        {customer.value ? customer.value.fullName : "Sign in"}
      </To>
    </nav>
  </header>
);

const orderIn = computed(() => /^\/orders\/(ord_\w+)$/.exec(route.value)?.[1]);

const View = ({ config }: { config: Config }) => {
  const path = route.value;
  const seen = useRef(path);
  // Whoever does not see the page is told that it is another one, and goes on from its top.
  useEffect(() => {
    if (seen.current === path) return;
    seen.current = path;
    document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }, [path]);
  if (path === "/") return <CataloguePage />;
  if (path === "/basket") return <BasketPage />;
  if (path === "/who") return <WhoPage config={config} />;
  if (path === "/orders") return <OrdersPage />;
  if (orderIn.value) return <OrderPage key={orderIn.value} orderId={orderIn.value} />;
  return (
    <main>
      <h1 tabIndex={-1}>There is no such page</h1>
      <p>
        <To path="/">To the shop</To>
      </p>
    </main>
  );
};

/** The whole shop: its views, and above them what is being waited for. */
export const App = ({ config }: { config: Config }) => (
  <>
    <Header />
    <p class="waiting" role="status" hidden={!waiting.value}>
      {waiting.value}
    </p>
    <View config={config} />
    <footer>
      <p>
        A teaching shop: no animal, no card and no money here is real. Prices are, in their way,
        fair.
      </p>
    </footer>
  </>
);

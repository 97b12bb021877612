import { signal } from "@preact/signals";

const base = import.meta.env.BASE_URL;
const here = () => `/${location.pathname.slice(base.length)}`;

/** The view's address below the page's own: "/", "/basket", "/orders/ord_…". */
export const route = signal(here());

/** The whole address of a view. */
export const hrefOf = (path: string) => `${base}${path.slice(1)}`;

/** Shows another view, from its top. */
export const go = (path: string, { replace = false } = {}) => {
  history[replace ? "replaceState" : "pushState"](null, "", hrefOf(path));
  route.value = here();
  scrollTo(0, 0);
};

addEventListener("popstate", () => {
  route.value = here();
});

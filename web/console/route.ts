import { computed, signal } from "@preact/signals";

/** Where the console stands on its address. */
export const base = "/console/";

const address = signal(location.pathname + location.search);

/** The parts of the address after the base: ["map", "orders"]. */
export const parts = computed(() => {
  const [path = ""] = address.value.split("?");
  return path
    .slice(base.length)
    .split("/")
    .filter(Boolean)
    .map((part) => decodeURIComponent(part));
});

/** What stands behind the question mark. */
export const query = computed(() => new URLSearchParams(address.value.split("?")[1] ?? ""));

/** Goes to a view; its address is a link that anybody may follow. */
export const go = (path: string, { replace = false } = {}): void => {
  const to = base + path;
  if (to === address.value) return;
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  address.value = to;
};

/** Goes to an order: to its rows from the screen of data, else to its story. */
export const goToOrder = (orderId: string): void =>
  go(`${parts.value[0] === "data" ? "data" : "orders"}/${orderId}`);

addEventListener("popstate", () => {
  address.value = location.pathname + location.search;
});

/** Lets links within the console go without loading it again. */
export const followLinks = (event: MouseEvent): void => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey) return;
  const link = (event.target as Element).closest?.("a");
  const href = link?.getAttribute("href");
  if (!href?.startsWith(base) || link?.target) return;
  event.preventDefault();
  go(href.slice(base.length));
};

/** The address of a page of another shop of this machine, by the name under which this one is shown: cookies go by names. */
export const beside = (url: string): string => {
  const { protocol, port, pathname } = new URL(url);
  return `${protocol}//${location.hostname}:${port}${pathname}`;
};

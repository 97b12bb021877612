import type { ComponentChildren } from "preact";
import { go, hrefOf, route } from "./route.ts";

/** A link to another view of the shop. */
export const To = ({
  path,
  children,
  ...more
}: {
  path: string;
  children: ComponentChildren;
  class?: string;
}) => (
  <a
    href={hrefOf(path)}
    aria-current={route.value === path ? "page" : undefined}
    onClick={(event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      go(path);
    }}
    {...more}
  >
    {children}
  </a>
);

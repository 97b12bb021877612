import { join } from "node:path";
import type { ConfigEnv, UserConfig } from "vite";

/**
 * One page a mode: `vite build --mode shop`. Locally it stands under its own name (`/shop/`); a stage gives another base and
 * folder on the command line.
 */
export default ({ mode }: ConfigEnv): UserConfig => ({
  root: join(import.meta.dirname, mode),
  base: `/${mode}/`,
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2023",
    // Inlined files would be `data:` addresses, which the pages' policy allows to pictures only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    reportCompressedSize: false,
  },
});

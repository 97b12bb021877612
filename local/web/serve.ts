import type { WireRequest, WireResponse } from "emulator/doors/wire/message";
import { ownHeaders } from "emulator/doors/wire/own-answer";
import { type BuiltPage, type BuiltPages, type PageName, pageNames } from "./built.ts";

const types: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** Nothing of the pages comes from elsewhere, runs inside the HTML, or is shown in somebody's frame. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const answer = (
  status: number,
  type: string,
  body: string | Uint8Array,
  more: Record<string, string> = {},
): WireResponse => ({
  status,
  headers: {
    ...ownHeaders,
    "content-security-policy": policy,
    "content-type": type,
    "cache-control": "no-store",
    ...more,
  },
  body,
});
const said = (status: number, sentence: string) =>
  answer(status, "text/plain; charset=utf-8", `${sentence}\n`);

/** What is asked for is looked up by name among what was built: no path leads to any other file. */
const fileOf = (page: BuiltPage, path: string): WireResponse => {
  const body = page.get(path);
  // A name with a hash in it never means anything else.
  if (body && path.startsWith("assets/"))
    return answer(200, types[path.split(".").at(-1) ?? ""] ?? "application/octet-stream", body, {
      "cache-control": "public, max-age=31536000, immutable",
    });
  if (path.startsWith("assets/")) return said(404, "There is no such file.");
  // Any other address is a view of the page, which its script shows.
  return answer(200, "text/html; charset=utf-8", page.get("index.html") ?? "");
};

/** Serves the built pages under /shop/ and /console/; answers undefined for all other paths. */
export const webPages = (built: BuiltPages, configs: Record<PageName, () => unknown>) => {
  // An open page may ask for files of the build that it came from.
  const newest = new Map<PageName, BuiltPage>();
  const current = async (name: PageName, path: string) => {
    const before = newest.get(name);
    if (before?.has(path) && path.startsWith("assets/")) return before;
    const page = await built.page(name);
    newest.set(name, page);
    return page;
  };

  return async ({ path, query }: WireRequest): Promise<WireResponse | undefined> => {
    const name = pageNames.find((one) => path === `/${one}` || path.startsWith(`/${one}/`));
    if (!name) return undefined;
    if (path === `/${name}`) {
      const location = `/${name}/${query ? `?${query}` : ""}`;
      return answer(308, "text/plain", "", { location });
    }
    const rest = path.slice(name.length + 2);
    if (rest === "config.json")
      return answer(200, "application/json", JSON.stringify(configs[name]()));
    try {
      return fileOf(await current(name, rest), rest);
    } catch (error) {
      return said(500, `The page cannot be built: ${(error as Error).message}`);
    }
  };
};

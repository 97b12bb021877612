import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { repositoryRoot } from "../repository.ts";
import { type BuiltPage, builtPages, pageNames } from "./built.ts";
import { webPages } from "./serve.ts";

const kept = mkdtempSync(join(tmpdir(), "web-"));
const built = builtPages({ kept });
const serve = webPages(built, { shop: () => ({ api: "" }), console: () => ({}) });
const get = (path: string, query = "") =>
  serve({ method: "GET", path, query, headers: {}, body: new Uint8Array() });
const textOf = (body: string | Uint8Array = "") => Buffer.from(body).toString();

let pages: BuiltPage[];
beforeAll(async () => {
  pages = await Promise.all(pageNames.map((name) => built.page(name)));
});

describe("the pages of web/", () => {
  test("weigh at most 120 KB together, as they are sent", () => {
    const files = pages.flatMap((page) => [...page]);
    const weights = files
      .filter(([file]) => /\.(js|css)$/.test(file))
      .map(([, body]) => gzipSync(body).byteLength);
    expect(weights.length).toBeGreaterThanOrEqual(4);
    expect(weights.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(120 * 1024);
  });

  test("name no other host", () => {
    // Names of XML namespaces are no addresses, and preact's own hints lead nowhere by themselves.
    const names = /^https?:\/\/(www\.w3\.org|preactjs\.com|localhost|127\.0\.0\.1)\b/;
    for (const [file, body] of pages.flatMap((page) => [...page])) {
      const found = textOf(body).match(/(https?:)?\/\/[\w-]+(\.[\w-]+)+/g) ?? [];
      expect([file, found.filter((address) => !names.test(address))]).toEqual([file, []]);
    }
  });

  test("have no script or style inside the HTML, which their policy would refuse", () => {
    for (const page of pages)
      expect(textOf(page.get("index.html"))).not.toMatch(
        /<script(?![^>]* src=)|<style| style=| on\w+=/,
      );
  });
});

describe("what is served", () => {
  test("a page, and every address below it that is no file", async () => {
    for (const path of ["/shop/", "/shop/orders/ord_1", "/console/saga"]) {
      const answer = await get(path);
      expect(answer?.status).toBe(200);
      expect(answer?.headers["content-type"]).toContain("text/html");
      expect(answer?.headers["content-security-policy"]).toMatch(
        /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';/,
      );
      expect(answer?.headers["x-content-type-options"]).toBe("nosniff");
    }
  });

  test("its files, to be kept for ever", async () => {
    const [, script] = /src="([^"]+)"/.exec(textOf((await get("/shop/"))?.body)) ?? [];
    const answer = await get(script ?? "");
    expect(answer?.headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=31536000, immutable",
    });
  });

  test("the folder where the last slash is missing, the query kept", async () => {
    expect(await get("/shop", "token=x")).toMatchObject({
      status: 308,
      headers: { location: "/shop/?token=x" },
    });
  });

  test.each([
    "/shop/assets/../../package.json",
    "/shop/assets/%2e%2e/index.html",
    "/shop/assets/..\\..\\package.json",
    "/shop/assets/nowhere.js",
    "/shop/assets/__proto__",
  ])("nothing for %s", async (path) => expect((await get(path))?.status).toBe(404));

  test("no file of the machine, by whatever path", async () => {
    for (const path of ["/shop/../package.json", "/shop//etc/passwd", "/shop/%2fetc%2fpasswd"])
      expect(textOf((await get(path))?.body)).toBe(textOf(pages[0]?.get("index.html")));
  });

  test("nothing that is not below a page", async () => {
    for (const path of ["/", "/shopping", "/products", "/consoles/x"])
      expect(await get(path)).toBeUndefined();
  });
});

describe("a page is built", () => {
  /** A repository that has pages and nothing else. */
  const copy = () => {
    const root = mkdtempSync(join(tmpdir(), "pages-"));
    for (const folder of ["shop", "console"])
      cpSync(join(repositoryRoot, "web", folder), join(root, "web", folder), { recursive: true });
    mkdirSync(join(root, "web/node_modules"), { recursive: true });
    for (const name of ["preact", "@preact"])
      symlinkSync(
        join(repositoryRoot, "web/node_modules", name),
        join(root, "web/node_modules", name),
      );
    cpSync(join(repositoryRoot, "web/vite.config.ts"), join(root, "web/vite.config.ts"));
    writeFileSync(join(root, "pnpm-lock.yaml"), "");
    return root;
  };

  test("once for what it is made of, and anew when a file has changed", async () => {
    const root = copy();
    const own = builtPages({ root, kept: mkdtempSync(join(tmpdir(), "kept-")) });
    const first = await own.page("console");
    expect(await own.page("console")).toBe(first);
    writeFileSync(join(root, "web/console/style.css"), "body { color: teal }");
    const second = await own.page("console");
    expect(second).not.toBe(first);
    const css = [...second].find(([file]) => file.endsWith(".css"))?.[1];
    expect(textOf(css)).toContain("teal");
  });

  test("or the failure is told in one sentence with file and line, until it is mended", async () => {
    const root = copy();
    const own = builtPages({ root, kept: mkdtempSync(join(tmpdir(), "kept-")) });
    writeFileSync(join(root, "web/console/main.tsx"), "const fine = 1;\nconst = 2;\n");
    const pages = webPages(own, { shop: () => ({}), console: () => ({}) });
    const ask = () =>
      pages({ method: "GET", path: "/console/", query: "", headers: {}, body: new Uint8Array() });
    const failed = await ask();
    expect(failed?.status).toBe(500);
    expect(textOf(failed?.body)).toMatch(
      /^The page cannot be built: web\/console\/main\.tsx:2: .+\.\n$/,
    );
    writeFileSync(join(root, "web/console/main.tsx"), "document.title = 'mended';\n");
    expect((await ask())?.status).toBe(200);
  });
});

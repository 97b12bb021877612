import type { WireRequest, WireResponse } from "emulator/doors/wire/message";
import { ownHeaders } from "emulator/doors/wire/own-answer";
import type { Shop } from "../shop.ts";
import type { BuiltPages } from "../web/built.ts";
import { webPages } from "../web/serve.ts";
import {
  curlLines,
  emailPage,
  emailsPage,
  homePage,
  page,
  signedInPage,
  signInPage,
  strangerPage,
} from "./pages.ts";
import { visitors } from "./visitor.ts";

/** Where, on the API's address, the shop's own things are that AWS does not have. */
export const localPrefix = "/_local";

/** Nothing of these pages is kept by a browser, for some of it is secret. */
const headers = { ...ownHeaders, "cache-control": "no-store" };

const html = (body: string, status = 200): WireResponse => ({
  status,
  headers: {
    ...headers,
    "content-type": "text/html; charset=utf-8",
    // An e-mail's HTML is content of somebody's: nothing of it may run or load here.
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  },
  body,
});

const json = (value: unknown, status = 200): WireResponse => ({
  status,
  headers: { ...headers, "content-type": "application/json" },
  body: JSON.stringify(value),
});

/** What runs, by what people call it, and how many of it there are. */
const countsOf = ({ graph: { functions, resources }, emails }: Shop): [string, number][] => {
  const count = (ending: string) => resources.filter(({ type }) => type.endsWith(ending)).length;
  return [
    ["functions", functions.length],
    ["tables", count(":Table")],
    ["queues", count(":Queue")],
    ["state machines", count(":StateMachine")],
    ["e-mails", emails().length],
  ];
};

/** The routes of the graph's API: "GET /things". */
const routesOf = ({ graph }: Shop): string[] =>
  graph.resources
    .filter(({ type }) => type === "aws:apigatewayv2/route:Route")
    .map(({ inputs }) => inputs.routeKey);

type Asked = { path: string; query: URLSearchParams; wantsJson: boolean; known: boolean };

/**
 * What the shop on this machine serves beside its API on the API's address: the page at /, the sign-in, the e-mails, the pages of web/.
 * Credentials are in them for who has the shop's page token only. Answers undefined for what is the API's.
 */
export const localPages = (shop: Shop, built: BuiltPages) => {
  const { accounts, graph, urls, token: tokenOf, pageToken } = shop;
  const { known, exchange } = visitors(pageToken, new URL(urls.api).port);
  const accountNamed = (name: string | null | undefined) =>
    accounts.find((account) => account.name === name);
  const web = webPages(built, {
    shop: () => ({
      api: "",
      accounts: accounts.map(({ name, fullName, groups }) => ({ name, fullName, groups })),
    }),
    console: () => ({}),
  });
  const newestFirst = () => shop.emails().toReversed();

  const signIn = ({ query, known }: Asked): WireResponse => {
    const name = query.get("as");
    if (!name) return html(signInPage(accounts, known));
    if (!known) return html(strangerPage(), 403);
    const account = accountNamed(name);
    if (!account) return html(page("Sign in", "<h1>Nobody of that name</h1>"), 404);
    const others = accounts.filter((other) => other !== account);
    const lines = curlLines(urls.api, pageToken, account.name);
    return html(signedInPage(account, others, tokenOf(account.name), lines));
  };

  const tokenFor = (name: string, { wantsJson, known }: Asked): WireResponse => {
    if (!known)
      return json(
        {
          message: `Tokens are for whoever has that of the address which npm start printed: ${localPrefix}/token/alice?token=…`,
        },
        403,
      );
    const account = accountNamed(name);
    const names = accounts.map((one) => one.name).join(", ");
    if (!account) return json({ message: `There is no account ${name}; there are ${names}.` }, 404);
    const token = tokenOf(account.name);
    if (wantsJson) return json({ token, customerId: account.customerId });
    return { status: 200, headers: { ...headers, "content-type": "text/plain" }, body: token };
  };

  const own = (asked: Asked): WireResponse | undefined => {
    const { path, wantsJson } = asked;
    if (path === "/")
      return html(
        homePage({
          apiUrl: urls.api,
          awsUrl: urls.aws,
          stage: graph.stage,
          administrator: asked.known ? shop.administrator : undefined,
          routes: routesOf(shop),
          counts: countsOf(shop),
        }),
      );
    if (path === "/sign-in") return signIn(asked);
    if (path === `${localPrefix}/health`) return json({ status: "ok" });
    const [, name] = new RegExp(`^${localPrefix}/token/([^/]+)$`).exec(path) ?? [];
    if (name) return tokenFor(name, asked);
    if (path === `${localPrefix}/emails`)
      return wantsJson ? json(newestFirst()) : html(emailsPage(newestFirst()));
    const [, id] = new RegExp(`^${localPrefix}/emails/([^/]+)$`).exec(path) ?? [];
    if (id) {
      const found = newestFirst().find((email) => email.id === id);
      if (!found) return html(page("E-mails", "<h1>No such e-mail</h1>"), 404);
      return wantsJson ? json(found) : html(emailPage(found));
    }
    return undefined;
  };

  const isPage = (answer: WireResponse) =>
    answer.headers["content-type"]?.startsWith("text/html") === true;

  return async (request: WireRequest): Promise<WireResponse | undefined> => {
    const { path, method } = request;
    if (method === "GET" || method === "HEAD") {
      const query = new URLSearchParams(request.query);
      const wantsJson =
        query.get("format") === "json" ||
        (request.headers.accept ?? "").startsWith("application/json");
      const answer = own({ path, query, wantsJson, known: known(request) }) ?? (await web(request));
      // Who reads a page is to find no secret in its address; a program is given what it asks for at once.
      const moved = answer && isPage(answer) ? exchange(request) : undefined;
      if (moved) return { ...moved, headers: { ...headers, ...moved.headers } };
      if (answer) return answer;
    }
    return path.startsWith(`${localPrefix}/`) ? json({ message: "Not Found" }, 404) : undefined;
  };
};

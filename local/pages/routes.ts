import type { WireRequest, WireResponse } from "emulator/doors/wire/message";
import type { Shop } from "../shop.ts";
import { emailPage, emailsPage, homePage, page, signInPage } from "./pages.ts";

/** Where, on the API's address, the local cloud's own things are. */
export const localPrefix = "/_local";

const html = (body: string, status = 200): WireResponse => ({
  status,
  headers: {
    "content-type": "text/html; charset=utf-8",
    // An e-mail's HTML is content of somebody's: nothing of it may run or load here.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  },
  body,
});

const json = (value: unknown, status = 200): WireResponse => ({
  status,
  headers: { "content-type": "application/json" },
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

/**
 * What the shop on this machine serves beside its API on the API's address: the page at /, the sign-in, the e-mails.
 * Answers undefined for what is the API's.
 */
export const localPages = (shop: Shop) => {
  const { accounts, graph, urls, token: tokenOf } = shop;
  const accountNamed = (name: string | null | undefined) =>
    accounts.find((account) => account.name === name);
  const newestFirst = () => shop.emails().toReversed();

  const own = (path: string, query: URLSearchParams, accept: string): WireResponse | undefined => {
    const wantsJson = query.get("format") === "json" || accept.startsWith("application/json");
    if (path === "/")
      return html(
        homePage({
          apiUrl: urls.api,
          awsUrl: urls.aws,
          stage: graph.stage,
          administrator: shop.administrator,
          routes: routesOf(shop),
          counts: countsOf(shop),
        }),
      );
    if (path === "/sign-in") {
      const name = query.get("as");
      const account = accountNamed(name);
      if (name && !account) return html(page("Sign in", "<h1>Nobody of that name</h1>"), 404);
      return html(
        signInPage(accounts, urls.api, account && { account, token: tokenOf(account.name) }),
      );
    }
    if (path === `${localPrefix}/health`) return json({ status: "ok" });
    const token = new RegExp(`^${localPrefix}/token/([^/]+)$`).exec(path);
    if (token) {
      const account = accountNamed(token[1]);
      if (account && wantsJson)
        return json({ token: tokenOf(account.name), customerId: account.customerId });
      if (account)
        return {
          status: 200,
          headers: { "content-type": "text/plain" },
          body: tokenOf(account.name),
        };
      const names = accounts.map(({ name }) => name).join(", ");
      return json({ message: `There is no account ${token[1]}; there are ${names}.` }, 404);
    }
    if (path === `${localPrefix}/emails`)
      return wantsJson ? json(newestFirst()) : html(emailsPage(newestFirst()));
    const email = new RegExp(`^${localPrefix}/emails/([^/]+)$`).exec(path);
    if (email) {
      const found = newestFirst().find(({ id }) => id === email[1]);
      if (!found) return html(page("E-mails", "<h1>No such e-mail</h1>"), 404);
      return wantsJson ? json(found) : html(emailPage(found));
    }
    return undefined;
  };

  return async (request: WireRequest): Promise<WireResponse | undefined> => {
    const { path, query, method, headers } = request;
    if (method === "GET" || method === "HEAD") {
      const answer = own(path, new URLSearchParams(query), headers.accept ?? "");
      if (answer) return answer;
    }
    return path.startsWith(`${localPrefix}/`) ? json({ message: "Not Found" }, 404) : undefined;
  };
};

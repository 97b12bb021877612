import type { Account } from "./issuer/accounts.ts";
import type { Issuer } from "./issuer/issuer.ts";
import { emailPage, emailsPage, homePage, page, signInPage } from "./pages.ts";
import type { Email } from "./ses/engine.ts";
import type { WireHandler, WireResponse } from "./wire/message.ts";

/** Where, on the API's address, the local cloud's own things are. */
export const localPrefix = "/_local";

/** What the pages show. */
export type Shown = {
  apiUrl: string;
  awsUrl: string;
  stage: string;
  routes: string[];
  counts: () => [name: string, count: number][];
  administrator: { accessKeyId: string; secretAccessKey: string };
  accounts: Account[];
  issuer: Issuer;
  emails: () => readonly Email[];
  /** Function URLs by the path they have here. */
  functionUrls: Record<string, WireHandler>;
};

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

/**
 * What the local cloud serves beside the API on the API's address: the page at /, the sign-in, the e-mails, the
 * issuer, function URLs. Answers undefined for what is the API's.
 */
export const localPages = (shown: Shown) => {
  const { accounts, issuer, apiUrl } = shown;
  const issuerPath = new URL(issuer.url).pathname;
  const accountNamed = (name: string | null | undefined) =>
    accounts.find((account) => account.name === name);
  const newestFirst = () => shown.emails().toReversed();

  const own = (path: string, query: URLSearchParams, accept: string): WireResponse | undefined => {
    const wantsJson = query.get("format") === "json" || accept.startsWith("application/json");
    if (path === "/") return html(homePage({ ...shown, counts: shown.counts() }));
    if (path === "/sign-in") {
      const name = query.get("as");
      const account = accountNamed(name);
      if (name && !account) return html(page("Sign in", "<h1>Nobody of that name</h1>"), 404);
      return html(
        signInPage(accounts, apiUrl, account && { account, token: issuer.token(account) }),
      );
    }
    if (path === `${localPrefix}/health`) return json({ status: "ok" });
    const token = new RegExp(`^${localPrefix}/token/([^/]+)$`).exec(path);
    if (token) {
      const account = accountNamed(token[1]);
      if (account && wantsJson)
        return json({ token: issuer.token(account), customerId: account.customerId });
      if (account)
        return {
          status: 200,
          headers: { "content-type": "text/plain" },
          body: issuer.token(account),
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

  return async (request: Parameters<WireHandler>[0]): Promise<WireResponse | undefined> => {
    const { path, query, method, headers } = request;
    if (path.startsWith(`${issuerPath}/`))
      return issuer.handle({ ...request, path: path.slice(issuerPath.length) });
    for (const [prefix, handle] of Object.entries(shown.functionUrls))
      if (path === prefix || path.startsWith(`${prefix}/`))
        return handle({ ...request, path: path.slice(prefix.length) || "/" });
    if (method === "GET" || method === "HEAD") {
      const answer = own(path, new URLSearchParams(query), headers.accept ?? "");
      if (answer) return answer;
    }
    return path.startsWith(`${localPrefix}/`) ? json({ message: "Not Found" }, 404) : undefined;
  };
};

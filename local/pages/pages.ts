import type { Email } from "emulator/services/ses/email";
import type { Account } from "../accounts.ts";

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text that is safe inside HTML, attributes included. */
const escapeHtml = (text: string) => text.replaceAll(/[&<>"]/g, (sign) => escapes[sign] ?? sign);

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 52rem; margin: 3rem auto; padding: 0 1.25rem }
nav { margin-bottom: 1.5rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
p.sub { margin: 0 0 1.5rem; opacity: .75 }
pre, code { font: .85rem/1.5 ui-monospace, monospace }
pre { padding: .75rem 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .5rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3rem .75rem .3rem 0; vertical-align: top; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
td:first-child { width: 9rem; white-space: nowrap; padding-right: 1.5rem }
a { color: light-dark(#0b57d0, #8ab4f8) } nav a { margin-right: 1.25rem }
iframe { width: 100%; min-height: 16rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .5rem; background: #fff }`;

/** An HTML page of the shop on this machine. `body` is HTML. */
export const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${style}</style><body><nav><a href="/">Pet Store</a><a href="/shop/">Shop</a><a href="/console/">Console</a><a href="/sign-in">Sign in</a><a href="/_local/emails">E-mails</a><a href="/openapi.json">OpenAPI</a></nav><main>${body}</main></body></html>`;

/** The address of a page, the first one unless said, with the token that lets credentials be seen. */
export const addressOf = (apiUrl: string, pageToken: string, path = "/") =>
  `${apiUrl}${path}?token=${pageToken}`;

/** Lines for a shell that place an order as somebody, and read theirs. */
export const curlLines = (apiUrl: string, pageToken: string, name: string) => {
  const token = `-H "authorization: Bearer $(curl -s '${apiUrl}/_local/token/${name}?token=${pageToken}')"`;
  const body = {
    lines: [
      { productId: "prd_fish-bowl", quantity: 1 },
      { productId: "prd_fish-food", quantity: 2 },
    ],
    paymentToken: "tok_approve",
  };
  return {
    place: `curl -s -X POST ${apiUrl}/orders ${token} -H "idempotency-key: shell-$(date +%s)-$RANDOM" -H "content-type: application/json" -d '${JSON.stringify(body)}'`,
    read: `curl -s ${apiUrl}/orders ${token}`,
  };
};

/** Lines for a shell that let the AWS CLI look into the emulator. */
export const awsLines = (
  awsUrl: string,
  { accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string },
) =>
  // A token of another session would be refused, as on AWS. AWS_REGION is not enough for the CLI's version 1, nor AWS_ENDPOINT_URL for those before 2.13 (Debian 12 has 2.9).
  `export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey} AWS_SESSION_TOKEN=
export AWS_ENDPOINT_URL=${awsUrl} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
aws --endpoint-url ${awsUrl} dynamodb list-tables`;

/** What stands where credentials would. */
const toBeShown =
  "<p>Credentials and tokens are shown to whoever comes by the address that <code>npm start</code> printed: <code>/?token=…</code></p>";

/** The page at /: what is running, and where to go from here. */
export const homePage = (about: {
  apiUrl: string;
  awsUrl: string;
  stage: string;
  routes: string[];
  counts: [name: string, count: number][];
  /** For who may see it. */
  administrator: { accessKeyId: string; secretAccessKey: string } | undefined;
}) => {
  const { apiUrl, awsUrl, stage, routes, counts, administrator } = about;
  const byPath = routes.toSorted((a, b) => {
    const [one, other] = [a, b].map((route) => route.split(" ").toReversed().join(" "));
    return (one ?? "") < (other ?? "") ? -1 : 1;
  });
  const rows = counts.map(([name, count]) => `<tr><td>${escapeHtml(name)}<td>${count}`).join("");
  return page(
    "Serverless Pet Store, on this machine",
    `<h1>Serverless Pet Store</h1>
<p class="sub">The whole shop is running on this machine: the handlers and the wiring of the cloud, stage “${escapeHtml(stage)}”.</p>
<h2>Addresses</h2>
<table><tr><td>API<td><code>${apiUrl}</code><tr><td>AWS endpoint<td><code>${awsUrl}</code></table>
<h2>Go on</h2>
<ul>
<li><a href="/shop/">The shop</a>, where an order starts
<li><a href="/console/">The console</a>, where it is seen, broken and repaired
<li><a href="/sign-in">Sign in</a> as a customer or the administrator: a token, and curl lines that place and read an order
<li><a href="/openapi.json">OpenAPI</a> of the API; <a href="/products">the products</a>
<li><a href="/_local/emails">The e-mails</a> that were “sent” (<a href="/_local/emails?format=json">as JSON</a>)
<li><a href="/_local/health">Health</a>
</ul>
<h2>With the AWS CLI</h2>
${administrator ? `<pre>${escapeHtml(awsLines(awsUrl, administrator))}</pre>` : toBeShown}
<h2>Routes</h2>
<pre>${byPath.map(escapeHtml).join("\n")}</pre>
<h2>Running</h2>
<table>${rows}</table>`,
  );
};

const accountList = (accounts: Account[]) =>
  accounts
    .map(
      ({ name, fullName, groups }) =>
        `<li><a href="/sign-in?as=${name}">${escapeHtml(fullName)}</a> <code>${name}</code>${groups.length > 0 ? ` (${groups.join(", ")})` : ""}`,
    )
    .join("");

/** The page at /sign-in: choose an account. */
export const signInPage = (accounts: Account[], known: boolean) =>
  page(
    "Sign in",
    `<h1>Sign in</h1><p class="sub">There are no passwords here. Who are you today?</p>${known ? "" : toBeShown}<ul>${accountList(accounts)}</ul>`,
  );

/** The page of who is signed in: a token, and what can be done with it. */
export const signedInPage = (
  account: Account,
  others: Account[],
  token: string,
  { place, read }: ReturnType<typeof curlLines>,
) =>
  page(
    `Signed in as ${account.name}`,
    `<h1>${escapeHtml(account.fullName)}</h1><p class="sub"><code>${account.customerId}</code></p>
<h2>Token</h2><pre>${token}</pre>
<h2>Place an order</h2><pre>${escapeHtml(place)}</pre>
<h2>Read the orders</h2><pre>${escapeHtml(read)}</pre>
<h2>Somebody else</h2><ul>${accountList(others)}</ul>`,
  );

/** The page for who would sign in and may not. */
export const strangerPage = () => page("Sign in", `<h1>Who are you?</h1>${toBeShown}`);

const atOf = ({ time }: Email) =>
  `${new Date(time).toISOString().replace("T", " ").slice(0, 19)} UTC`;

/** The page at /_local/emails: what was sent, newest first. */
export const emailsPage = (emails: readonly Email[]) => {
  const rows = emails
    .map(
      (email) =>
        `<tr><td>${atOf(email)}<td>${escapeHtml(email.to.join(", "))}<td><a href="/_local/emails/${encodeURIComponent(email.id)}">${escapeHtml(email.subject)}</a>`,
    )
    .join("");
  return page(
    "E-mails",
    `<h1>E-mails</h1><p class="sub">Everything that was handed to SES. Nothing left this machine.</p>${
      emails.length > 0
        ? `<table><tr><th>At<th>To<th>Subject${rows}</table>`
        : "<p>None yet: place an order.</p>"
    }`,
  );
};

/** One e-mail. Its HTML is shown in a frame that can neither run scripts nor load anything. */
export const emailPage = (email: Email) => {
  const { from, to, subject, text, html } = email;
  return page(
    subject,
    `<h1>${escapeHtml(subject)}</h1>
<table><tr><td>From<td>${escapeHtml(from)}<tr><td>To<td>${escapeHtml(to.join(", "))}<tr><td>At<td>${atOf(email)}</table>
${text ? `<h2>Text</h2><pre>${escapeHtml(text)}</pre>` : ""}
${html ? `<h2>HTML</h2><iframe sandbox="" srcdoc="${escapeHtml(html)}"></iframe>` : ""}`,
  );
};

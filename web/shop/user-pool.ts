/** A stage's user pool: its hosted sign-in and the client that the shop is to it. */
export type UserPool = { domain: string; client: string };

const TOKEN = "petstore.id-token";
const BEGUN = "petstore.sign-in";

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const home = () => new URL(import.meta.env.BASE_URL, location.href).href;

const claimsOf = (token: string): { exp: number; email?: string; name?: string; sub: string } => {
  const [, body = ""] = token.split(".");
  const bytes = Uint8Array.from(
    atob(body.replaceAll("-", "+").replaceAll("_", "/")),
    (sign) => sign.codePointAt(0) ?? 0,
  );
  return JSON.parse(new TextDecoder().decode(bytes));
};

/** Goes to the hosted sign-in: an authorization code with PKCE (RFC 7636), whose verifier stays in this tab. */
export const leave = async ({ domain, client }: UserPool) => {
  const begun = { verifier: random(), state: random(), back: location.pathname };
  sessionStorage.setItem(BEGUN, JSON.stringify(begun));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(begun.verifier));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: client,
    redirect_uri: home(),
    scope: "openid email",
    state: begun.state,
    code_challenge_method: "S256",
    code_challenge: base64url(new Uint8Array(digest)),
  });
  location.assign(`${domain}/oauth2/authorize?${query}`);
};

/** The ID token at hand: kept by this tab, or exchanged for the code with which the sign-in sent us back. */
export const present = async ({ domain, client }: UserPool): Promise<string | undefined> => {
  const query = new URLSearchParams(location.search);
  const [code, state] = [query.get("code"), query.get("state")];
  const begun = JSON.parse(sessionStorage.getItem(BEGUN) ?? "null");
  if (code && begun && begun.state === state) {
    sessionStorage.removeItem(BEGUN);
    history.replaceState(null, "", begun.back);
    const answer = await fetch(`${domain}/oauth2/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: client,
        redirect_uri: home(),
        code,
        code_verifier: begun.verifier,
      }),
    });
    if (!answer.ok) return undefined;
    sessionStorage.setItem(TOKEN, (await answer.json()).id_token);
  }
  const token = sessionStorage.getItem(TOKEN) ?? undefined;
  if (token !== undefined && claimsOf(token).exp * 1000 < Date.now()) {
    forget();
    return undefined;
  }
  return token;
};

/** Who a token is of, as it says. The API does not take our word for it. */
export const identityOf = (token: string) => {
  const { sub, name, email } = claimsOf(token);
  return { name: sub, fullName: name ?? email ?? "You" };
};

/** Forgets the token. */
export const forget = () => sessionStorage.removeItem(TOKEN);

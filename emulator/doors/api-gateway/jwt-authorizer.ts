import { createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";
import type { Clock } from "../../kernel/clock.ts";
import { isObject } from "../../kernel/json.ts";
import { nestsTooDeep } from "../../kernel/nesting.ts";

/** A JWT authorizer of an HTTP API: whose tokens pass, for whom they must be meant, and the header they come in. */
export type JwtConfiguration = { issuer: string; audiences: string[]; header: string };

/** What the function's event says of a token that passed. */
export type Authorized = { jwt: { claims: Record<string, string>; scopes: null } };

/** How whoever stands in for the issuer is asked. */
export type Fetch = (url: string) => Promise<Response>;

type Answer = { authorizer: Authorized } | { challenge: string };

/** API Gateway may go on with keys that it has fetched for two hours. */
const keysLast = 2 * 3600_000;

const hashes = new Map([256, 384, 512].map((bits) => [`RS${bits}`, `sha${bits}`]));

/** RFC 6750 has commas here; API Gateway has none. */
const invalid = (why: string): Answer => ({
  challenge: `Bearer scope="" error="invalid_token" error_description="${why}"`,
});

const objectIn = (part: string): Record<string, unknown> | undefined => {
  const text = Buffer.from(part, "base64url").toString("utf8");
  try {
    const value: unknown = nestsTooDeep(text) ? undefined : JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Claims reach the function as text, lists in brackets. */
const asText = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(asText).join(" ")}]`
    : isObject(value)
      ? JSON.stringify(value)
      : String(value);

const isBefore = (claim: unknown, seconds: number) =>
  claim === undefined || (typeof claim === "number" && claim <= seconds);

/** What is wrong with the claims of a token whose signature is right, if anything. */
const faultOf = (
  claims: Record<string, unknown>,
  { issuer, audiences }: JwtConfiguration,
  seconds: number,
): string | undefined => {
  const { iss, aud, client_id, exp, nbf, iat } = claims;
  if (iss !== issuer) return "the token does not have a valid issuer";
  const meantFor = [aud ?? client_id].flat();
  if (!meantFor.some((one) => typeof one === "string" && audiences.includes(one)))
    return "the token does not have a valid audience";
  if (typeof exp !== "number" || exp <= seconds) return "the token has expired";
  if (!isBefore(nbf, seconds) || !isBefore(iat, seconds)) return "the token is not valid yet";
  return undefined;
};

/**
 * Lets tokens pass as API Gateway's JWT authorizers do, by the keys that the issuer publishes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export const jwtAuthorizer = (clock: Clock, configuration: JwtConfiguration, fetch: Fetch) => {
  let known: { keys: Map<string, KeyObject>; at: number } | undefined;

  const fetched = async (url: string) => {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const keysNow = async () => {
    if (known && clock.now() - known.at < keysLast) return known.keys;
    const base = configuration.issuer.replace(/\/$/, "");
    const { jwks_uri } = await fetched(`${base}/.well-known/openid-configuration`);
    const { keys: published } = await fetched(String(jwks_uri));
    const keys = new Map(
      (published as (JsonWebKey & { kid: string })[])
        .filter(({ kty }) => kty === "RSA")
        .map((key) => [key.kid, createPublicKey({ key, format: "jwk" })]),
    );
    known = { keys, at: clock.now() };
    return keys;
  };

  return async (headers: Record<string, string>): Promise<Answer> => {
    const [, token] = /^(?:Bearer +)?(\S+)$/i.exec(headers[configuration.header] ?? "") ?? [];
    if (!token) return { challenge: "Bearer" };
    const [head = "", body = "", signature = "", ...more] = token.split(".");
    const [header, claims] = [objectIn(head), objectIn(body)];
    if (!header || !claims || more.length > 0) return invalid("the token is malformed");
    const hash = hashes.get(String(header.alg));
    if (!hash) return invalid("the token is signed with an algorithm that is not supported");
    let keys: Map<string, KeyObject>;
    try {
      keys = await keysNow();
    } catch {
      return invalid("JWKS communication error");
    }
    const key = keys.get(String(header.kid));
    if (!key) return invalid("the token is signed with an unknown key");
    if (!verify(hash, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url")))
      return invalid("the token has no valid signature");
    const fault = faultOf(claims, configuration, clock.now() / 1000);
    if (fault) return invalid(fault);
    const texts = Object.entries(claims).map(([name, value]) => [name, asText(value)]);
    return { authorizer: { jwt: { claims: Object.fromEntries(texts), scopes: null } } };
  };
};

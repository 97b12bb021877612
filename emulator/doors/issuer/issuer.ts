import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
} from "node:crypto";
import type { Clock } from "../../kernel/clock.ts";
import type { WireHandler } from "../wire/message.ts";
import { ownHeaders } from "../wire/own-answer.ts";
import { publishedKey } from "./published-key.ts";

/** Whom an id token is about. */
export type Subject = { sub: string; name: string; email: string; groups: string[] };

/** Stands in for the Cognito user pool: signs id tokens, publishes its keys. */
export type Issuer = {
  url: string;
  audience: string;
  /** An id token with the claims that Cognito writes, valid for `hours`. */
  token: (subject: Subject, hours?: number) => string;
  /** Signs whatever claims and header it is given. */
  sign: (claims: object, header?: object) => string;
  /** Answers discovery and keys, for paths relative to `url`. */
  handle: WireHandler;
};

/** Which key an issuer signs with: one that this process made, or one that all the world knows and every process has. */
export type IssuerKey = "own" | "published";

type Pair = { privateKey: KeyObject; jwk: Record<string, unknown> };

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

const pairOf = (privateKey: KeyObject): Pair => {
  const jwk = createPublicKey(privateKey).export({ format: "jwk" });
  const kid = createHash("sha256").update(String(jwk.n)).digest("base64url");
  return { privateKey, jwk: { ...jwk, kid, alg: "RS256", use: "sig" } };
};

const privateKeys: Record<IssuerKey, () => KeyObject> = {
  own: () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  published: () => createPrivateKey({ key: publishedKey, format: "jwk" }),
};

// A signature costs a millisecond, and one world after another has the same signed at the same time.
const signatures = new Map<string, string>();
const remembered = 1_000;

// A pair costs up to 0.3 s, and nothing that is signed with it outlives the process.
const pairs = new Map<IssuerKey, Pair>();

/** An issuer at `url` whose tokens are meant for `audience`. */
export const createIssuer = (
  clock: Clock,
  url: string,
  audience: string,
  key: IssuerKey = "own",
): Issuer => {
  const pair = pairs.get(key) ?? pairOf(privateKeys[key]());
  pairs.set(key, pair);
  const { privateKey, jwk } = pair;
  const json = (value: unknown, status = 200) => ({
    status,
    headers: { ...ownHeaders, "content-type": "application/json" },
    body: JSON.stringify(value),
  });

  // Everybody has signed in when it began: a token stays good where time is turned back to before it was issued.
  const began = Math.floor(clock.now() / 1000);

  const sign: Issuer["sign"] = (claims, header = {}) => {
    const content = `${base64url({ alg: "RS256", kid: jwk.kid, ...header })}.${base64url(claims)}`;
    const known = signatures.get(content);
    if (known) return `${content}.${known}`;
    const signature = signBytes("sha256", Buffer.from(content), privateKey).toString("base64url");
    if (signatures.size >= remembered) signatures.clear();
    signatures.set(content, signature);
    return `${content}.${signature}`;
  };

  return {
    url,
    audience,
    sign,
    token({ sub, name, email, groups }, hours = 12) {
      const now = Math.floor(clock.now() / 1000);
      return sign({
        sub,
        email,
        email_verified: true,
        "cognito:username": name,
        ...(groups.length > 0 && { "cognito:groups": groups }),
        iss: url,
        aud: audience,
        token_use: "id",
        auth_time: began,
        iat: began,
        exp: now + hours * 3600,
      });
    },
    handle: async ({ path }) => {
      if (path === "/.well-known/jwks.json") return json({ keys: [jwk] });
      if (path === "/.well-known/openid-configuration")
        return json({
          issuer: url,
          jwks_uri: `${url}/.well-known/jwks.json`,
          id_token_signing_alg_values_supported: ["RS256"],
          response_types_supported: ["code", "token"],
          scopes_supported: ["openid", "email"],
          subject_types_supported: ["public"],
        });
      return json({ message: "Not Found" }, 404);
    },
  };
};

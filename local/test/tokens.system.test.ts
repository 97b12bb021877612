import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  sign,
} from "node:crypto";
import { createIssuer, type Issuer } from "emulator/doors/issuer/issuer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accounts, subjectOf } from "../accounts.ts";
import { hear } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

let shop: VirtualShop;
let issuer: Issuer;
beforeAll(async () => {
  shop = await virtualShop();
  const { payload } = parts(shop.local.token("alice"));
  issuer = createIssuer(shop.clock, payload.iss, payload.aud, "published");
});
afterAll(() => shop?.local.stop());

const parts = (token: string) => {
  const [head = "", body = "", signature = ""] = token.split(".");
  const read = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString());
  return { head, body, signature, header: read(head), payload: read(body) };
};
/** The claims of a good token, changed; undefined takes one away. */
const claims = (changes: object = {}) => ({
  ...parts(shop.local.token("alice")).payload,
  ...changes,
});
const seconds = () => Math.floor(shop.clock.now() / 1000);
const publicKey = async (format: "pem" | "jwk") => {
  const answer = await shop.drive(shop.local.fetch(`${issuer.url}/.well-known/jwks.json`));
  const { keys } = (await answer.json()) as { keys: [JsonWebKey] };
  if (format === "jwk") return JSON.stringify(keys[0]);
  return createPublicKey({ key: keys[0], format: "jwk" }).export({ type: "spki", format: "pem" });
};
const hs256 = (secret: string | Buffer) => {
  const content = `${base64url({ ...parts(issuer.sign({})).header, alg: "HS256" })}.${base64url(claims())}`;
  return `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
};
const stranger = (header: object) => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const content = `${base64url({ ...parts(issuer.sign({})).header, ...header })}.${base64url(claims())}`;
  return `${content}.${sign("sha256", Buffer.from(content), privateKey).toString("base64url")}`;
};
const admin = accounts.find(({ name }) => name === "admin") as (typeof accounts)[number];
const ofAnother = (url: string, audience: string) =>
  createIssuer(shop.clock, url, audience, "published").token(subjectOf(admin));

const bad: [what: string, header: () => string | undefined | Promise<string>][] = [
  ["no token", () => undefined],
  ["an empty header", () => ""],
  ["a scheme without token", () => "Bearer"],
  ["another scheme", () => "Basic YWxpY2U6YWxpY2U="],
  ["two tokens", () => `Bearer ${issuer.sign(claims())} ${issuer.sign(claims())}`],
  ["no JWT", () => "Bearer abc"],
  ["a JWT of nothing", () => "Bearer .."],
  ["alg none", () => `Bearer ${base64url({ alg: "none" })}.${base64url(claims())}.`],
  [
    "alg None with a signature",
    () => {
      const { signature } = parts(issuer.sign(claims()));
      return `Bearer ${base64url({ alg: "None" })}.${base64url(claims())}.${signature}`;
    },
  ],
  ["HS256 with the public key in PEM", async () => `Bearer ${hs256(await publicKey("pem"))}`],
  ["HS256 with the public key as JWK", async () => `Bearer ${hs256(await publicKey("jwk"))}`],
  ["HS256 with an empty secret", () => `Bearer ${hs256("")}`],
  ["another issuer", () => `Bearer ${ofAnother("http://evil.example", issuer.audience)}`],
  ["another audience", () => `Bearer ${ofAnother(issuer.url, "another-app")}`],
  ["no issuer", () => `Bearer ${issuer.sign(claims({ iss: undefined }))}`],
  ["no audience", () => `Bearer ${issuer.sign(claims({ aud: undefined }))}`],
  ["another key under our key's id", () => `Bearer ${stranger({})}`],
  ["an unknown key's id", () => `Bearer ${stranger({ kid: "unknown" })}`],
  [
    "a key that it brings along",
    () => `Bearer ${stranger({ kid: undefined, jku: "http://evil.example/jwks" })}`,
  ],
  ["expired a second ago", () => `Bearer ${issuer.sign(claims({ exp: seconds() - 1 }))}`],
  ["valid from tomorrow", () => `Bearer ${issuer.sign(claims({ nbf: seconds() + 86_400 }))}`],
  ["no expiry", () => `Bearer ${issuer.sign(claims({ exp: undefined }))}`],
  ["an expiry in words", () => `Bearer ${issuer.sign(claims({ exp: "never" }))}`],
  [
    "a tampered payload",
    () => {
      const { head, signature } = parts(issuer.sign(claims()));
      return `Bearer ${head}.${base64url(claims({ "cognito:groups": ["admin"] }))}.${signature}`;
    },
  ],
  ["half a signature", () => `Bearer ${issuer.sign(claims()).slice(0, -100)}`],
  [
    "no signature",
    () => {
      const { head, body } = parts(issuer.sign(claims()));
      return `Bearer ${head}.${body}.`;
    },
  ],
];

/** Signed by the issuer, for us, in time: more than that API Gateway does not look at. */
const odd: [what: string, changes: object][] = [
  ["an access token", { token_use: "access" }],
  ["no word of what it is for", { token_use: undefined }],
  ["no subject", { sub: undefined }],
  ["an empty subject", { sub: "" }],
  ["a subject that is part of a key of ours", { sub: "a#b" }],
  ["groups that are no list", { "cognito:groups": "admin" }],
];

const routes = [
  {
    method: "POST",
    path: "/orders",
    body: { lines: [{ productId: "prd_hay", quantity: 1 }], paymentToken: "tok_approve" },
  },
  { method: "POST", path: "/orders/ord_01J00000000000000000000000/cancel" },
  { path: "/orders" },
  { path: "/orders/ord_01J00000000000000000000000" },
  { path: "/reports/daily-sales" },
  {
    method: "POST",
    path: "/stock/receipts",
    body: { lines: [{ productId: "prd_hay", quantity: 1 }] },
  },
  {
    method: "POST",
    path: "/stock/adjustments",
    body: { productId: "prd_hay", quantity: 1, reason: "Found." },
  },
];
const send = (route: (typeof routes)[number], authorization: string | undefined, key: string) =>
  shop.drive(
    shop.local.api({
      ...route,
      headers: { "idempotency-key": key, ...(authorization !== undefined && { authorization }) },
    }),
  );

describe("I6 a request with a bad token", () => {
  it.each(bad)(
    "(%s) is answered 401 on every route by the API itself: no function hears of it",
    async (what, header) => {
      const authorization = await header();
      const heard = hear(shop.local, ({ caller }) => caller.role === "apigateway.amazonaws.com");
      for (const route of routes) {
        const key = `bad-${bad.findIndex(([name]) => name === what)}`;
        const answer = await send(route, authorization, key);
        expect([answer.status, answer.json()], route.path).toEqual([
          401,
          { message: "Unauthorized" },
        ]);
        expect(answer.headers.get("www-authenticate")).toMatch(
          /^Bearer( scope="" error="invalid_token" error_description="[^"]+")?$/,
        );
      }
      expect(heard).toEqual([]);
      await shop.clock.advance(1_000);
    },
  );

  it.each(odd)(
    "(%s) is answered 401 on every route, and nothing is asked or done for it",
    async (what, changes) => {
      const authorization = `Bearer ${issuer.sign(claims(changes))}`;
      const heard = hear(shop.local, ({ caller }) => caller.name.endsWith("Function"));
      for (const route of routes) {
        const answer = await send(
          route,
          authorization,
          `odd-${odd.findIndex(([name]) => name === what)}`,
        );
        expect([answer.status, answer.json()], route.path).toEqual([
          401,
          {
            type: "/problems/unauthorized",
            title: "Unauthorized",
            status: 401,
            detail: "A valid bearer token is needed.",
          },
        ]);
        expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer( error="invalid_token")?$/);
      }
      expect(heard).toEqual([]);
      await shop.clock.advance(1_000);
    },
  );

  it("says so before it looks at the body", async () => {
    const answer = await send(
      { ...routes[0], path: "/orders", body: "{" as never },
      "Bearer x.y.z",
      "k",
    );
    expect(answer.status).toBe(401);
  });
});

describe("a good token", () => {
  it("is one that these bad ones were made of", async () => {
    const answer = await send({ path: "/orders" }, `Bearer ${issuer.sign(claims())}`, "k");
    expect(answer.status).toBe(200);
  });

  it.each(["bearer", "BEARER", "Bearer ", "bEaReR"])("may be sent as %j", async (scheme) => {
    const answer = await send({ path: "/orders" }, `${scheme} ${issuer.sign(claims())}`, "k");
    expect(answer.status).toBe(200);
  });

  it("makes an administrator of nobody who is not in the group", async () => {
    for (const groups of [undefined, [], ["Admin"], ["admins"], ["customer"]]) {
      const token = `Bearer ${issuer.sign(claims({ "cognito:groups": groups }))}`;
      expect((await send({ path: "/reports/daily-sales" }, token, "k")).status).toBe(403);
    }
    const token = `Bearer ${issuer.sign(claims({ "cognito:groups": ["admin"] }))}`;
    expect((await send({ path: "/reports/daily-sales" }, token, "k")).status).toBe(200);
  });

  it("stops to be good when it expires, although it was good before", async () => {
    const token = `Bearer ${issuer.sign(claims({ exp: seconds() + 3 }))}`;
    expect((await send({ path: "/orders" }, token, "k")).status).toBe(200);
    await shop.clock.advance(4_000);
    expect((await send({ path: "/orders" }, token, "k")).status).toBe(401);
  });
});

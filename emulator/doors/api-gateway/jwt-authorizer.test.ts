import { generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createIssuer } from "../issuer/issuer.ts";
import { jwtAuthorizer } from "./jwt-authorizer.ts";

const url = "http://127.0.0.1:3000/issuer";
const ada = { sub: "ada-1", name: "ada", email: "ada@example.com", groups: ["admin", "buyer"] };

const setUp = () => {
  const clock = virtualClock();
  const issuer = createIssuer(clock, url, "the-client");
  const asked: string[] = [];
  let reachable = true;
  const authorize = jwtAuthorizer(
    clock,
    { issuer: url, audiences: ["another", "the-client"], header: "authorization" },
    async (address) => {
      asked.push(address);
      const path = address.slice(url.length);
      const request = { method: "GET", path, query: "", headers: {}, body: new Uint8Array() };
      const { status, body } = await issuer.handle(request);
      return new Response(body as string, { status: reachable ? status : 500 });
    },
  );
  const seconds = () => Math.floor(clock.now() / 1000);
  const claims = (changes: object = {}) => ({
    iss: url,
    aud: "the-client",
    exp: seconds() + 60,
    ...changes,
  });
  const ask = (authorization?: string) =>
    authorize(authorization === undefined ? {} : { authorization });
  const refusalOf = async (token: string) => {
    const answer = await ask(`Bearer ${token}`);
    return "challenge" in answer ? answer.challenge : answer;
  };
  const withoutIssuer = () => {
    reachable = false;
  };
  return { clock, issuer, asked, ask, claims, seconds, refusalOf, withoutIssuer };
};

const because = (why: string) => `Bearer scope="" error="invalid_token" error_description="${why}"`;

test("a token of the issuer passes, with its claims as text, with and without its scheme", async () => {
  const { issuer, ask, asked } = setUp();
  const token = issuer.token(ada, 1);
  const answer = await ask(`Bearer ${token}`);
  expect(answer).toMatchObject({
    authorizer: {
      jwt: {
        claims: {
          sub: "ada-1",
          "cognito:groups": "[admin buyer]",
          email_verified: "true",
          exp: String(Date.UTC(2026, 0, 1) / 1000 + 3600),
        },
        scopes: null,
      },
    },
  });
  for (const header of [token, `bearer ${token}`]) expect(await ask(header)).toEqual(answer);
  expect(asked).toEqual([
    `${url}/.well-known/openid-configuration`,
    `${url}/.well-known/jwks.json`,
  ]);
});

test("keys are good for two hours", async () => {
  const { clock, issuer, ask, asked, withoutIssuer } = setUp();
  const token = issuer.token(ada, 9);
  await ask(token);
  withoutIssuer();
  await clock.advance(2 * 3600_000 - 1000);
  expect(await ask(token)).toHaveProperty("authorizer");
  expect(asked).toHaveLength(2);
  await clock.advance(1000);
  expect(await ask(token)).toEqual({ challenge: because("JWKS communication error") });
});

test("who brings no token is asked for one", async () => {
  const { ask, asked } = setUp();
  for (const header of [undefined, "", "Basic YWRhOmFkYQ==", "Bearer a b"])
    expect(await ask(header)).toEqual({ challenge: "Bearer" });
  expect(asked).toEqual([]);
});

test("a token is refused for its audience in API Gateway's words; client_id counts without an audience", async () => {
  const { issuer, claims, refusalOf } = setUp();
  const words = because("the token does not have a valid audience");
  const other = { aud: "other", client_id: "the-client" };
  expect(await refusalOf(issuer.sign(claims(other)))).toBe(words);
  expect(await refusalOf(issuer.sign(claims({ aud: undefined })))).toBe(words);
  for (const meant of [{ aud: ["x", "another"] }, { aud: undefined, client_id: "another" }])
    expect(await refusalOf(issuer.sign(claims(meant)))).toHaveProperty("authorizer");
});

test("a token is good between its times", async () => {
  const { clock, issuer, claims, seconds, refusalOf } = setUp();
  const refused = async (changes: object) =>
    typeof (await refusalOf(issuer.sign(claims(changes)))) === "string";
  expect(await refused({ nbf: seconds(), iat: seconds() })).toBe(false);
  for (const changes of [
    { exp: seconds() },
    { exp: undefined },
    { exp: "never" },
    { nbf: seconds() + 1 },
    { iat: seconds() + 1 },
  ])
    expect(await refused(changes), JSON.stringify(changes)).toBe(true);
  const token = issuer.sign(claims());
  await clock.advance(60_000);
  expect(await refusalOf(token)).toBe(because("the token has expired"));
});

test("a token is refused that another key signed, that was changed, or that is none", async () => {
  const { issuer, claims, refusalOf } = setUp();
  const good = issuer.sign(claims());
  const [head = "", body = "", signature = ""] = good.split(".");
  const coded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const strange = sign("sha256", Buffer.from(`${head}.${body}`), privateKey);
  const { kid } = JSON.parse(Buffer.from(head, "base64url").toString());
  let deep: unknown = 1;
  for (let i = 0; i < 3_000; i++) deep = [deep];
  const [malformed, algorithm, unknown, none] = [
    "the token is malformed",
    "the token is signed with an algorithm that is not supported",
    "the token is signed with an unknown key",
    "the token has no valid signature",
  ];
  for (const [token, why] of [
    [`${head}.${body}.${strange.toString("base64url")}`, none],
    [`${head}.${coded(claims({ sub: "eve" }))}.${signature}`, none],
    [`${head}.${body}.`, none],
    [`${head}.${body}.${signature}.x`, malformed],
    [`${coded({ alg: "none", kid })}.${body}.`, algorithm],
    [`${coded({ alg: "constructor", kid })}.${body}.${signature}`, algorithm],
    [`${coded({ alg: "HS256", kid })}.${body}.${signature}`, algorithm],
    [issuer.sign(claims(), { kid: "unknown" }), unknown],
    [issuer.sign(claims({ iss: "http://evil.example" })), "the token does not have a valid issuer"],
    [issuer.sign(claims({ deep })), malformed],
    [`${Buffer.from("[".repeat(3_000)).toString("base64url")}.${body}.${signature}`, malformed],
    ["..", malformed],
    ["abc", malformed],
  ] as [string, string][])
    expect(await refusalOf(token), token.slice(0, 40)).toBe(because(why));
});

import { createLocalJWKSet, jwtVerify } from "jose";
import { expect, test } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createIssuer } from "./issuer.ts";

const url = "http://127.0.0.1:3000/_local/issuer";
const subject = (name: string, groups: string[] = []) => ({
  sub: `${name}-0000`,
  name,
  email: `${name}@example.com`,
  groups,
});
const get = async (issuer: ReturnType<typeof createIssuer>, path: string) => {
  const request = { method: "GET", path, query: "", headers: {}, body: new Uint8Array() };
  return JSON.parse(String((await issuer.handle(request)).body));
};

test("a token can be verified with the published keys, and says what Cognito's would", async () => {
  const clock = virtualClock();
  const issuer = createIssuer(clock, url, "the-client");
  const discovery = await get(issuer, "/.well-known/openid-configuration");
  expect(discovery).toMatchObject({ issuer: url, jwks_uri: `${url}/.well-known/jwks.json` });
  const keys = createLocalJWKSet(await get(issuer, "/.well-known/jwks.json"));
  const verify = (token: string, at = clock.now()) =>
    jwtVerify(token, keys, {
      issuer: url,
      audience: "the-client",
      algorithms: ["RS256"],
      currentDate: new Date(at),
    });

  const { payload } = await verify(issuer.token(subject("admin", ["admin"]), 1));
  expect(payload).toMatchObject({
    sub: "admin-0000",
    email: "admin@example.com",
    "cognito:groups": ["admin"],
    token_use: "id",
  });
  await expect(verify(issuer.token(subject("bob"), 1), clock.now() + 3601_000)).rejects.toThrow(
    "exp",
  );
  expect((await verify(issuer.token(subject("bob")))).payload).not.toHaveProperty("cognito:groups");
});

import { CustomerId } from "@petstore/events/ids";
import { createLocalJWKSet, jwtVerify } from "jose";
import { expect, test } from "vitest";
import * as z from "zod";
import { virtualClock } from "../clock.ts";
import { type Account, accounts } from "./accounts.ts";
import { createIssuer } from "./issuer.ts";

const url = "http://127.0.0.1:3000/_local/issuer";
const account = (name: string) => accounts.find((one) => one.name === name) as Account;
const get = async (issuer: ReturnType<typeof createIssuer>, path: string) => {
  const request = { method: "GET", path, query: "", headers: {}, body: new Uint8Array() };
  return JSON.parse(String((await issuer.handle(request)).body));
};

test("every account has the id of a customer, made of a UUID, as Cognito's subjects are", () => {
  for (const { customerId } of accounts) {
    CustomerId.parse(customerId);
    z.uuid().parse(customerId.replace("cus_", ""));
  }
  expect(new Set(accounts.map(({ customerId }) => customerId)).size).toBe(4);
});

test("a token can be verified with the published keys, and says what Cognito's would", async () => {
  const clock = virtualClock();
  const issuer = createIssuer(clock, url, "shopclient");
  const discovery = await get(issuer, "/.well-known/openid-configuration");
  expect(discovery).toMatchObject({ issuer: url, jwks_uri: `${url}/.well-known/jwks.json` });
  const keys = createLocalJWKSet(await get(issuer, "/.well-known/jwks.json"));
  const verify = (token: string, at = clock.now()) =>
    jwtVerify(token, keys, {
      issuer: url,
      audience: "shopclient",
      algorithms: ["RS256"],
      currentDate: new Date(at),
    });

  const { payload } = await verify(issuer.token(account("admin"), 1));
  expect(payload).toMatchObject({
    sub: account("admin").customerId.slice("cus_".length),
    email: "admin@example.com",
    "cognito:groups": ["admin"],
    token_use: "id",
  });
  await expect(verify(issuer.token(account("bob"), 1), clock.now() + 3601_000)).rejects.toThrow(
    "exp",
  );
  expect((await verify(issuer.token(account("bob")))).payload).not.toHaveProperty("cognito:groups");
});

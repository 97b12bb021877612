import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { authenticated } from "./auth.ts";
import { api } from "./http.ts";

const issuer = createServer((_, response) => response.writeHead(503).end());
afterAll(() => void issuer.close());

const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("a token that cannot be checked, for the issuer is down, is not called a bad one", async () => {
  await new Promise<void>((ready) => issuer.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  const app = api()
    .use(authenticated({ url, audience: "shop" }))
    .get("/", (c) => c.text("in"));
  const token = [{ alg: "RS256", kid: "one" }, { sub: "ada" }, "signature"].map(segment).join(".");
  const answer = await app.request("/", { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(500);
});

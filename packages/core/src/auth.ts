import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import * as z from "zod";
import { log } from "./log.ts";
import { problem } from "./problem.ts";

/** Who is asking. `customerId` is `cus_` and the token's subject: a UUID where Cognito is the issuer. */
export type Principal = { customerId: string; roles: readonly string[] };

/** Where tokens come from: a Cognito user pool, which is an OpenID Connect issuer, and the audience they must be meant for. */
export type Issuer = { url: string; audience: string };

/** An access token of the same user pool says what its bearer may do elsewhere; who it is, an id token says. */
const Claims = z.object({
  token_use: z.literal("id"),
  sub: z.string().regex(/^[0-9A-Za-z-]{1,64}$/),
  "cognito:groups": z.array(z.string()).default([]),
});

/** Not the token's fault: the issuer could not be asked for its keys. */
const NO_KEYS = ["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"];
const isTokensFault = (error: unknown) =>
  error instanceof z.ZodError ||
  (error instanceof errors.JOSEError && !NO_KEYS.includes(error.code));

/** A 401 with the challenge that belongs to it (https://www.rfc-editor.org/rfc/rfc6750#section-3). */
const unauthorized = (c: Context, error?: "invalid_token") => {
  c.header("www-authenticate", error ? `Bearer error="${error}"` : "Bearer");
  return problem(c, 401, { code: "Unauthorized", detail: "A valid bearer token is needed." });
};
const forbidden = { code: "Forbidden", detail: "Your role does not allow this." };

/**
 * Lets only requests with a valid id token pass: RS256, from this issuer, for this audience, not expired
 * (https://www.rfc-editor.org/rfc/rfc8725). With `role`, only those who have it.
 */
export const authenticated = ({ url, audience }: Issuer, { role }: { role?: string } = {}) => {
  let keys: JWTVerifyGetKey | undefined;
  return createMiddleware<{ Variables: { principal: Principal } }>(async (c, next) => {
    const [, token] = /^Bearer +([\w.~+/=-]+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
    if (!token) return unauthorized(c);
    keys ??= createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`));
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: url,
        audience,
        algorithms: ["RS256"],
        currentDate: new Date(Date.now()),
        requiredClaims: ["exp", "sub"],
      });
      const claims = Claims.parse(payload);
      c.set("principal", { customerId: `cus_${claims.sub}`, roles: claims["cognito:groups"] });
    } catch (error) {
      if (!isTokensFault(error)) throw error;
      log("token refused", { reason: String(error) });
      return unauthorized(c, "invalid_token");
    }
    if (role && !c.var.principal.roles.includes(role)) return problem(c, 403, forbidden);
    return next();
  });
};

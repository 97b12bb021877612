import { createHmac, timingSafeEqual } from "node:crypto";
import { ok, type Refusal, type Result, refuse } from "./result.ts";

/** The header that carries a webhook's signature: `t=<seconds since 1970>,v1=<hex>`, with a `v1` for each secret in use. */
export const SIGNATURE_HEADER = "petstore-signature";

/** A signature is good for five minutes before and after its own time: a recorded request cannot be played again later. */
const WINDOW_SECONDS = 300;

type Body = string | Uint8Array;

const hmac = (secret: string, seconds: string, body: Body) =>
  createHmac("sha256", secret).update(`${seconds}.`).update(body).digest();

/** Signs a body as sent, at a time in milliseconds since 1970. */
export const signWebhook = (body: Body, secret: string, now: number): string => {
  const seconds = String(Math.floor(now / 1000));
  return `t=${seconds},v1=${hmac(secret, seconds, body).toString("hex")}`;
};

/**
 * Whether one of the secrets signed exactly these bytes, now. The body must be as it was received: parsed and
 * printed again, or decoded and with its byte order mark gone, it is another one. Empty secrets count for nothing, so an unset one opens no door.
 */
export const verifyWebhook = (
  body: Body,
  header: string | undefined,
  secrets: readonly string[],
  now: number,
): Result<true, Refusal<"NotSigned" | "ForgedSignature" | "StaleSignature">> => {
  const seconds = /(?:^|,)t=(\d{1,12})(?:,|$)/.exec(header ?? "")?.[1];
  const given = [...(header ?? "").matchAll(/(?:^|,)v1=([0-9a-f]{64})(?=,|$)/g)];
  if (!seconds || given.length === 0)
    return refuse("NotSigned", `The header ${SIGNATURE_HEADER} is missing or malformed.`);
  const expected = secrets
    .filter((secret) => secret.length > 0)
    .map((secret) => hmac(secret, seconds, body));
  const genuine = given.some(([, hex]) =>
    expected.some((digest) => timingSafeEqual(digest, Buffer.from(hex as string, "hex"))),
  );
  if (!genuine) return refuse("ForgedSignature", "Nobody we know signed this body.");
  if (Math.abs(now / 1000 - Number(seconds)) > WINDOW_SECONDS)
    return refuse("StaleSignature", "This was signed more than 300 seconds from now.");
  return ok(true);
};

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { WireRequest } from "./message.ts";

/** What a request says of its signature (Signature Version 4), in its header or, presigned, in its query. */
export type Signature = {
  accessKeyId: string;
  /** The scope: "20260101", "us-east-1", "sqs". */
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
  /** When it was signed: "20260101T000000Z". */
  at: string;
  /** How long a presigned request is good for, in seconds. */
  expires?: number;
};

const algorithm = "AWS4-HMAC-SHA256";

/** Why a signature does not stand: it lacks something, or it is not what it should be. */
export class BadSignature extends Error {
  override name = "BadSignature";
  readonly kind: "incomplete" | "wrong";
  constructor(kind: "incomplete" | "wrong", message: string) {
    super(message);
    this.kind = kind;
  }
}

const scopeOf = (credential: string) => {
  const parts = credential.split("/");
  if (parts.length < 5)
    throw new BadSignature(
      "incomplete",
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  const [date = "", region = "", service = ""] = parts.slice(-4);
  return { accessKeyId: parts.slice(0, -4).join("/"), date, region, service };
};

const inHeader = (authorization: string, headers: WireRequest["headers"]): Signature => {
  const parts = new Map(
    authorization
      .slice(algorithm.length)
      .split(/[,\s]+/)
      .map((part) => part.split("=", 2) as [string, string]),
  );
  const at = headers["x-amz-date"] ?? headers.date ?? "";
  const lacks = ["Credential", "Signature", "SignedHeaders"]
    .filter((name) => !parts.get(name))
    .map((name) => `Authorization header requires '${name}' parameter. `);
  if (!at)
    lacks.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
    );
  if (lacks.length > 0)
    throw new BadSignature("incomplete", `${lacks.join("")}Authorization=${authorization}`);
  return {
    ...scopeOf(parts.get("Credential") as string),
    signedHeaders: (parts.get("SignedHeaders") as string).split(";"),
    signature: parts.get("Signature") as string,
    at,
  };
};

const inQuery = (query: URLSearchParams): Signature => {
  const lacks = ["Credential", "Signature", "SignedHeaders", "Date"]
    .filter((name) => !query.get(`X-Amz-${name}`))
    .map((name) => `AWS query-string parameters must include 'X-Amz-${name}'. `);
  if (lacks.length > 0)
    throw new BadSignature(
      "incomplete",
      `${lacks.join("")}Re-examine the query-string parameters.`,
    );
  return {
    ...scopeOf(query.get("X-Amz-Credential") as string),
    signedHeaders: (query.get("X-Amz-SignedHeaders") as string).split(";"),
    signature: query.get("X-Amz-Signature") as string,
    at: query.get("X-Amz-Date") as string,
    expires: Number(query.get("X-Amz-Expires") ?? 300),
  };
};

/** The signature of a request; undefined for one that has none. Throws BadSignature for half of one. */
export const signatureOf = ({ headers, query }: WireRequest): Signature | undefined => {
  const { authorization } = headers;
  if (authorization?.startsWith("AWS4-")) {
    const [used = ""] = authorization.split(" ");
    if (used !== algorithm)
      throw new BadSignature(
        "incomplete",
        `Unsupported AWS 'algorithm': '${used}' (only ${algorithm} for now). `,
      );
    return inHeader(authorization, headers);
  }
  if (!query.includes("X-Amz-")) return undefined;
  const parameters = new URLSearchParams(query);
  return parameters.has("X-Amz-Algorithm") ? inQuery(parameters) : undefined;
};

const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();
const hash = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

const escaped = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** A path as it is signed: without dots and empty parts, and escaped once more than it is sent. */
const canonicalPath = (path: string) => {
  const parts: string[] = [];
  for (const part of path.split("/"))
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  return `/${parts.map(escaped).join("/")}${parts.length > 0 && path.endsWith("/") ? "/" : ""}`;
};

const canonicalQuery = (query: string) =>
  [...new URLSearchParams(query.replaceAll("+", "%2B"))]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [escaped(name), escaped(value)])
    .sort(([a = "", b = ""], [c = "", d = ""]) => (a < c || (a === c && b < d) ? -1 : 1))
    .map((pair) => pair.join("="))
    .join("&");

/** Keys of the last scopes: one is good for a day. */
const keys = new Map<string, Buffer>();

const keyFor = (secret: string, { date, region, service }: Signature) => {
  const name = [secret, date, region, service].join("/");
  const known = keys.get(name);
  if (known) return known;
  if (keys.size > 500) keys.clear();
  const key = [date, region, service, "aws4_request"].reduce(hmac, Buffer.from(`AWS4${secret}`));
  keys.set(name, key);
  return key;
};

/** What the holder of a secret signs a request with. */
export const sign = (
  { method, path, query, headers, body }: WireRequest,
  signature: Signature,
  secret: string,
): string => {
  const { signedHeaders, date, region, service, at } = signature;
  const canonical = [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map(
      (name) => `${name}:${(headers[name] ?? "").trim().replaceAll(/\s+/g, " ")}`,
    ),
    "",
    signedHeaders.join(";"),
    hash(body),
  ].join("\n");
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = [algorithm, at, scope, hash(canonical)].join("\n");
  return hmac(keyFor(secret, signature), text).toString("hex");
};

const basic = (milliseconds: number) =>
  new Date(milliseconds).toISOString().replaceAll(/[-:]|\.\d+/g, "");

const tolerance = 5 * 60_000;

/** Throws BadSignature for a signature that is too old, too young, for elsewhere, or was not made with the secret. */
export const verify = (
  request: WireRequest,
  signature: Signature,
  { secret, region, now }: { secret: string; region: string; now: number },
): void => {
  const { at, date, expires } = signature;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(at) ?? [];
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(signedAt))
    throw new BadSignature(
      "incomplete",
      `Date must be in ISO-8601 'basic format'. Got '${at}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  const wrong = (message: string) => new BadSignature("wrong", message);
  const oldest = now - (expires === undefined ? tolerance : expires * 1000);
  const span = expires === undefined ? "5 min." : `${expires} sec.`;
  if (signedAt < oldest)
    throw wrong(
      `Signature expired: ${at} is now earlier than ${basic(oldest)} (${basic(now)} - ${span})`,
    );
  if (signedAt > now + tolerance)
    throw wrong(
      `Signature not yet current: ${at} is still later than ${basic(now + tolerance)} (${basic(now)} + 5 min.)`,
    );
  if (!signature.signedHeaders.includes("host"))
    throw wrong("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  if (signature.region !== region)
    throw wrong(`Credential should be scoped to a valid region, not '${signature.region}'. `);
  if (date !== at.slice(0, 8))
    throw wrong(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${at.slice(0, 8)}', from '${at}'.`,
    );
  const [expected, given] = [sign(request, signature, secret), signature.signature].map((hex) =>
    Buffer.from(hex),
  ) as [Buffer, Buffer];
  if (expected.length !== given.length || !timingSafeEqual(expected, given))
    throw wrong(
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    );
};

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { WireRequest } from "./message.ts";

/** What a request says of its signature (Signature Version 4), in its header or, presigned, in its query. */
export type Signature = {
  accessKeyId: string;
  /** The scope: "20260101", "us-east-1", "sqs". */
  date: string;
  region: string;
  service: string;
  /** What it ends on: "aws4_request". */
  term: string;
  signedHeaders: string[];
  signature: string;
  /** When it was signed: "20260101T000000Z". */
  at: string;
  /** How long a presigned request is good for, in seconds. */
  expires?: number;
  /** Of a session, where the key is one that ends. */
  token?: string;
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
  if (parts.length !== 5)
    throw new BadSignature(
      "incomplete",
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  const [accessKeyId = "", date = "", region = "", service = "", term = ""] = parts;
  return { accessKeyId, date, region, service, term };
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
  const { "x-amz-security-token": token } = headers;
  return {
    ...scopeOf(parts.get("Credential") as string),
    signedHeaders: (parts.get("SignedHeaders") as string).split(";"),
    signature: parts.get("Signature") as string,
    at,
    ...(token && { token }),
  };
};

/** The longest that S3 takes, though its words for more say "less than". */
const week = 604_800;

/** How long a presigned request is good for, in the words of S3: what other services say of it is not written anywhere. */
const expiryOf = (text: string): number => {
  const refuse = (why: string) => new BadSignature("incomplete", `X-Amz-Expires ${why}`);
  if (!/^[-+]?\d+$/.test(text)) throw refuse("should be a number");
  const seconds = Number(text);
  if (seconds < 0) throw refuse("must be non-negative");
  if (seconds > week)
    throw refuse(
      `must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${week} seconds`,
    );
  return seconds;
};

const checkAlgorithm = (used: string) => {
  if (used !== algorithm)
    throw new BadSignature(
      "incomplete",
      `Unsupported AWS 'algorithm': '${used}' (only ${algorithm} for now). `,
    );
};

const inQuery = (query: URLSearchParams): Signature => {
  const twice = [...query.keys()].find(
    (name) => name.startsWith("X-Amz-") && query.getAll(name).length > 1,
  );
  if (twice)
    throw new BadSignature(
      "incomplete",
      `AWS query-string parameters must include '${twice}' only once. Re-examine the query-string parameters.`,
    );
  const lacks = ["Credential", "Signature", "SignedHeaders", "Date", "Expires"]
    .filter((name) => !query.get(`X-Amz-${name}`))
    .map((name) => `AWS query-string parameters must include 'X-Amz-${name}'. `);
  if (lacks.length > 0)
    throw new BadSignature(
      "incomplete",
      `${lacks.join("")}Re-examine the query-string parameters.`,
    );
  checkAlgorithm(query.get("X-Amz-Algorithm") ?? "");
  const expires = expiryOf(query.get("X-Amz-Expires") as string);
  const token = query.get("X-Amz-Security-Token");
  return {
    ...scopeOf(query.get("X-Amz-Credential") as string),
    signedHeaders: (query.get("X-Amz-SignedHeaders") as string).split(";"),
    signature: query.get("X-Amz-Signature") as string,
    at: query.get("X-Amz-Date") as string,
    expires,
    ...(token && { token }),
  };
};

/** The signature of a request; undefined for one that has none. Throws BadSignature for half of one, or two. */
export const signatureOf = ({ headers, query }: WireRequest): Signature | undefined => {
  const { authorization } = headers;
  const parameters = query.includes("X-Amz-Algorithm") ? new URLSearchParams(query) : undefined;
  const presigned = parameters?.has("X-Amz-Algorithm") ? parameters : undefined;
  if (authorization && presigned)
    throw new BadSignature(
      "wrong",
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    );
  if (presigned) return inQuery(presigned);
  if (!authorization?.startsWith("AWS4-")) return undefined;
  checkAlgorithm(authorization.split(" ")[0] ?? "");
  return inHeader(authorization, headers);
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
      (name) =>
        `${name.toLowerCase()}:${(headers[name.toLowerCase()] ?? "").trim().replaceAll(/\s+/g, " ")}`,
    ),
    "",
    signedHeaders.join(";").toLowerCase(),
    hash(body),
  ].join("\n");
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = [algorithm, at, scope, hash(canonical)].join("\n");
  return hmac(keyFor(secret, signature), text).toString("hex");
};

const basic = (milliseconds: number) =>
  new Date(milliseconds).toISOString().replaceAll(/[-:]|\.\d+/g, "");

const signedAt = (at: string) => {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(at) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time))
    throw new BadSignature(
      "incomplete",
      `Date must be in ISO-8601 'basic format'. Got '${at}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  return time;
};

const wrong = (message: string) => new BadSignature("wrong", message);

/** Throws BadSignature for one that is too old or too young. A presigned one is over when its time is. */
const checkTime = ({ at, expires }: Signature, now: number, minutes: number) => {
  const time = signedAt(at);
  const tolerance = minutes * 60_000;
  const oldest = now - (expires === undefined ? tolerance : expires * 1000);
  const span = expires === undefined ? `${minutes} min.` : `${expires} sec.`;
  if (expires === undefined ? time < oldest : time <= oldest)
    throw wrong(
      `Signature expired: ${at} is now earlier than ${basic(oldest)} (${basic(now)} - ${span})`,
    );
  if (time > now + tolerance)
    throw wrong(
      `Signature not yet current: ${at} is still later than ${basic(now + tolerance)} (${basic(now)} + ${minutes} min.)`,
    );
};

/** Throws BadSignature for a signature that is not of now, or not for this region and service (undefined: any). */
export const checkScope = (
  signature: Signature,
  {
    region,
    service,
    now,
    minutes,
  }: { region: string; service: string | undefined; now: number; minutes: number },
): void => {
  checkTime(signature, now, minutes);
  const { at, date, term } = signature;
  if (!signature.signedHeaders.some((name) => name.toLowerCase() === "host"))
    throw wrong("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  const lacks: string[] = [];
  if (signature.region !== region)
    lacks.push(`Credential should be scoped to a valid region, not '${signature.region}'. `);
  if (service !== undefined && signature.service !== service)
    lacks.push(`Credential should be scoped to correct service: '${service}'. `);
  if (term !== "aws4_request")
    lacks.push(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${term}'. `,
    );
  if (date !== at.slice(0, 8))
    lacks.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${at.slice(0, 8)}', from '${at}'.`,
    );
  if (lacks.length > 0) throw wrong(lacks.join(""));
};

/** Throws BadSignature for a signature that was not made with the secret. */
export const checkSignature = (
  request: WireRequest,
  signature: Signature,
  secret: string,
): void => {
  const [expected, given] = [sign(request, signature, secret), signature.signature].map((hex) =>
    Buffer.from(hex),
  ) as [Buffer, Buffer];
  if (expected.length !== given.length || !timingSafeEqual(expected, given))
    throw wrong(
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    );
};

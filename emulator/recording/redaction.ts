import { deflateRawSync, inflateRawSync } from "node:zlib";
import { isObject } from "../kernel/json.ts";

/** What stands in the place of a secret. */
export const REDACTED = "[redacted]";

/** Takes secrets and e-mail addresses out of values of JSON. The same address gets the same stand-in each time. */
export type Redaction = {
  value: (value: unknown) => unknown;
  text: (text: string) => string;
};

/** Names whose text is a secret, in lower case and letters and digits only. */
const secretName =
  /^(proxyauthorization|authorization|cookies?|setcookie|.*(auth|csrf|xsrf)token|pagetoken|(id|access|refresh|bearer|session|security)token|.*(signature|secretaccesskey|accesskeyid|sessiontoken|securitytoken|privatekey|password|secret|apikey))$/;

const plainName = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** Secrets by what they look like. Every length is bounded, so that no text takes long. */
const shapes: [RegExp, string][] = [
  [
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,20000}(-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
    REDACTED,
  ],
  [/eyJ[\w-]{8,1024}\.eyJ[\w-]{8,8192}(\.[\w-]{0,2048})?/g, REDACTED],
  [/\b(Bearer|Basic)\s{1,4}[\w.~+/-]{8,8192}=*/gi, `$1 ${REDACTED}`],
  [/\b(AKIA|ASIA|LOCAL)[A-Z0-9]{12,128}\b/g, REDACTED],
  [/\b(v1=)[0-9a-f]{64}\b/g, `$1${REDACTED}`],
  [
    /((?:X-Amz-)?(?:Signature|Security-Token|Credential)=|(?<![\w-])[\w-]{0,40}(?:token|password|secret|api_?key)=)[^&\s"'\\,]{1,8192}/gi,
    `$1${REDACTED}`,
  ],
];

const address =
  /[\p{L}\p{N}_.+-]{1,64}(@|%40|\\u0040|&#64;)((?:[\p{L}\p{N}_-]{1,63}\.){1,8}\p{L}{2,24})/giu;
const mayHaveAddress = /@|%40|\\u0040|&#64;/i;

/** A run of letters that may be base64 of something. */
const packed = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const readable = /^[\t\n\r\x20-\x7e\u00a0-\ufffc]*$/;

/** So deep, texts within texts are looked into: JSON in JSON, base64 in that. */
const DEEPEST = 6;

/**
 * Redaction of what has these secrets, beside those that are known by their names and shapes. Addresses that are no
 * person's stay.
 */
export const createRedaction = (
  secrets: Iterable<string> = [],
  nobodys: readonly string[] = [],
): Redaction => {
  const known = [...new Set([...secrets].flatMap((one) => [one, encodeURIComponent(one)]))]
    .filter(({ length }) => length >= 6)
    .sort((a, b) => b.length - a.length);
  const people = new Map<string, string>();
  /** Stand-ins that are given out, or were there before. */
  const taken = new Set<string>();

  const standIn = (found: string, at: string, domain: string) => {
    const plain = `${found.slice(0, found.length - domain.length - at.length)}@${domain}`;
    const key = plain.toLowerCase();
    if (nobodys.includes(key)) return found;
    // A text that was looked into is looked at again, as a whole.
    if (/^person-\d{1,9}@redacted\.example$/.test(key)) {
      taken.add(key.split("@")[0] as string);
      return found;
    }
    let name = people.get(key);
    for (let n = people.size + 1; name === undefined; n += 1)
      if (!taken.has(`person-${n}`)) name = `person-${n}`;
    taken.add(name);
    people.set(key, name);
    return `${name}${at}redacted.example`;
  };

  const patterns = (text: string) => {
    let clean = text;
    for (const secret of known)
      if (clean.includes(secret)) clean = clean.replaceAll(secret, REDACTED);
    for (const [shape, stand] of shapes) clean = clean.replace(shape, stand);
    if (mayHaveAddress.test(clean)) clean = clean.replace(address, standIn);
    return clean;
  };

  const unpacked = (run: string, depth: number) => {
    const kind = /[-_]/.test(run) ? "base64url" : "base64";
    const text = Buffer.from(run, kind).toString();
    if (text.length < 8 || !readable.test(text)) return run;
    const clean = textAt(text, depth + 1);
    return clean === text ? run : Buffer.from(clean).toString(kind);
  };

  const json = (text: string, depth: number): string | undefined => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return undefined;
    }
    const before = JSON.stringify(value);
    const after = JSON.stringify(valueAt(value, depth + 1));
    return before === after ? text : after;
  };

  const textAt = (text: string, depth: number): string => {
    if (text.length < 6) return text;
    if (depth >= DEEPEST) return patterns(text);
    const structured = /^\s{0,20}[[{"]/.test(text) ? json(text, depth) : undefined;
    // What has gone by its structure is gone; what is left is looked at as text, too.
    return patterns(structured ?? text).replace(packed, (run) => unpacked(run, depth));
  };

  const memberAt = (name: string, value: unknown, of: object, depth: number): unknown => {
    // Several of one kind: the cookies of a request.
    if (Array.isArray(value) && secretName.test(plainName(name)))
      return value.map((one) => (typeof one === "string" ? REDACTED : valueAt(one, depth)));
    if (typeof value !== "string" || value === "") {
      // An attribute of an item: its type, then the text.
      const isItems = isObject(value) && typeof value.S === "string";
      return isItems && secretName.test(plainName(name)) ? { S: REDACTED } : valueAt(value, depth);
    }
    if (secretName.test(plainName(name))) return REDACTED;
    const { type, kty, k, d } = of as Record<string, unknown>;
    if (name === "value" && typeof type === "string" && /Secret$/.test(type)) return REDACTED;
    // A private key as JWK (RFC 7517).
    const isKey = typeof kty === "string" && (d !== undefined || k !== undefined);
    if (isKey && ["d", "p", "q", "dp", "dq", "qi", "k"].includes(name)) return REDACTED;
    return textAt(value, depth);
  };

  const valueAt = (value: unknown, depth: number): unknown => {
    if (typeof value === "string") return textAt(value, depth);
    if (Array.isArray(value)) {
      const [name, text] = value;
      // A header as a pair.
      if (value.length === 2 && typeof name === "string" && typeof text === "string")
        return [valueAt(name, depth), memberAt(name, text, value, depth)];
      return value.map((one) => valueAt(one, depth));
    }
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        textAt(name, depth),
        memberAt(name, inner, value, depth),
      ]),
    );
  };

  return { value: (value) => valueAt(value, 0), text: (text) => textAt(text, 0) };
};

/** Redacts texts that are deflated and in base64. */
export const redactDeflated = (lines: string, { text }: Redaction): string => {
  const plain = inflateRawSync(Buffer.from(lines, "base64")).toString();
  const clean = plain.split("\n").map(text).join("\n");
  return clean === plain ? lines : deflateRawSync(clean).toString("base64");
};

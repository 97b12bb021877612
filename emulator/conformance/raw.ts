import { sign } from "../doors/wire/signature.ts";
import type { Lab } from "./lab.ts";

/** Asks DynamoDB for its tables as no client of AWS's would: signed for another service, say. */
export const askRaw = async (
  lab: Lab,
  {
    signedFor = "dynamodb",
    date,
    leaveOut,
    headers: more = {},
    body = "{}",
  }: {
    signedFor?: string;
    date?: string;
    /** A header that is sent and not signed. */
    leaveOut?: string;
    headers?: Record<string, string>;
    body?: string | Uint8Array;
  },
): Promise<{ status: number; text: string }> => {
  const { endpoint = `https://dynamodb.${lab.region}.amazonaws.com` } = lab.config;
  const { accessKeyId, secretAccessKey, sessionToken } = await lab.dynamodb.config.credentials();
  const at = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const headers: Record<string, string> = {
    host: new URL(endpoint).host,
    "content-type": "application/x-amz-json-1.0",
    "x-amz-date": at,
    "x-amz-target": "DynamoDB_20120810.ListTables",
    ...(sessionToken && { "x-amz-security-token": sessionToken }),
    ...more,
  };
  const signedHeaders = Object.keys(headers)
    .filter((name) => name !== leaveOut)
    .sort();
  const scope = {
    accessKeyId,
    date: date ?? at.slice(0, 8),
    region: lab.region,
    service: signedFor,
    term: "aws4_request",
  };
  const bytes = Buffer.from(body as string);
  const request = { method: "POST", path: "/", query: "", headers, body: bytes };
  const signature = sign(request, { ...scope, signedHeaders, at, signature: "" }, secretAccessKey);
  const authorization = `AWS4-HMAC-SHA256 Credential=${Object.values(scope).join("/")}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  const { host: _host, ...sent } = headers;
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { ...sent, authorization },
    body: bytes,
  });
  return { status: response.status, text: (await response.text()).replaceAll("\n", " ") };
};

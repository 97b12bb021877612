import type { WireRequest } from "../message.ts";
import { sign } from "../signature.ts";

type Signer = {
  accessKeyId: string;
  secretAccessKey: string;
  service: string;
  region?: string;
  /** When it is signed: now. */
  time?: number;
  /** The day in its scope: that of `time`. */
  date?: string;
  term?: string;
  signedHeaders?: string[];
};

type RequestParts = Partial<Omit<WireRequest, "body">> & { body?: string | Uint8Array };

const basic = (time: number) => new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, "");

const scopeOf = ({
  accessKeyId,
  service,
  region = "us-east-1",
  time = Date.now(),
  date = basic(time).slice(0, 8),
  term = "aws4_request",
  signedHeaders = ["host"],
}: Signer) => ({
  scope: { accessKeyId, date, region, service, term, at: basic(time), signature: "" },
  signedHeaders,
  credential: [accessKeyId, date, region, service, term].join("/"),
});

/** A request as a client signs it that nobody wrote an SDK for. */
export const signed = (
  { method = "POST", path = "/", query = "", headers = {}, body = "" }: RequestParts,
  { signedHeaders: names = ["host", "x-amz-date"], ...signer }: Signer,
): WireRequest => {
  const { scope, credential, signedHeaders } = scopeOf({ ...signer, signedHeaders: names });
  const all = { host: "127.0.0.1", ...headers, "x-amz-date": scope.at };
  const request = { method, path, query, headers: all, body: Buffer.from(body) };
  const signature = sign(request, { ...scope, signedHeaders }, signer.secretAccessKey);
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  return { ...request, headers: { ...all, authorization } };
};

/** A request whose signature stands in its address, good for as many seconds as `expires` says, in whatever words. */
export const presigned = (
  { method = "POST", path = "/", query = "", headers = {}, body = "" }: RequestParts,
  { expires, ...signer }: Signer & { expires?: string },
): WireRequest => {
  const { scope, credential, signedHeaders } = scopeOf(signer);
  const parameters = new URLSearchParams(query);
  parameters.set("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
  parameters.set("X-Amz-Credential", credential);
  parameters.set("X-Amz-Date", scope.at);
  if (expires !== undefined) parameters.set("X-Amz-Expires", expires);
  parameters.set("X-Amz-SignedHeaders", signedHeaders.join(";"));
  const request = {
    method,
    path,
    query: parameters.toString().replaceAll("+", "%20"),
    headers: { host: "127.0.0.1", ...headers },
    body: Buffer.from(body),
  };
  const signature = sign(request, { ...scope, signedHeaders }, signer.secretAccessKey);
  return { ...request, query: `${request.query}&X-Amz-Signature=${signature}` };
};

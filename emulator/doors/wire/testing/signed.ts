import type { WireRequest } from "../message.ts";
import { sign } from "../signature.ts";

type Signer = {
  accessKeyId: string;
  secretAccessKey: string;
  service: string;
  region?: string;
  /** When it is signed: now. */
  time?: number;
};

/** A request as a client signs it that nobody wrote an SDK for. */
export const signed = (
  { method = "POST", path = "/", query = "", headers = {}, body = "" }: RequestParts,
  { accessKeyId, secretAccessKey, service, region = "us-east-1", time = Date.now() }: Signer,
): WireRequest => {
  const at = new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const date = at.slice(0, 8);
  const all = { host: "127.0.0.1", ...headers, "x-amz-date": at };
  const request = { method, path, query, headers: all, body: Buffer.from(body) };
  const signedHeaders = ["host", "x-amz-date"];
  const scope = { accessKeyId, date, region, service, signedHeaders, at, signature: "" };
  const signature = sign(request, scope, secretAccessKey);
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${date}/${region}/${service}/aws4_request, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  return { ...request, headers: { ...all, authorization } };
};

type RequestParts = Partial<Omit<WireRequest, "body">> & { body?: string };

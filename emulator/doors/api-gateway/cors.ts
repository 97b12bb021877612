import type { WireRequest, WireResponse } from "../wire/message.ts";

/** The CORS configuration of an HTTP API or a function URL. */
export type Cors = {
  allowOrigins?: string[];
  allowMethods?: string[];
  allowHeaders?: string[];
  exposeHeaders?: string[];
  allowCredentials?: boolean;
  maxAge?: number;
};

const allows = (origins: string[] = [], origin: string) =>
  origins.some(
    (allowed) =>
      allowed === "*" ||
      allowed === origin ||
      (allowed.endsWith("*") && origin.startsWith(allowed.slice(0, -1))),
  );

const shared = (cors: Cors, origin: string): Record<string, string> => ({
  "access-control-allow-origin": cors.allowOrigins?.includes("*") ? "*" : origin,
  ...(cors.allowCredentials && { "access-control-allow-credentials": "true" }),
});

/** The answer to a preflight; undefined for any other request. */
export const preflight = (
  cors: Cors | undefined,
  request: WireRequest,
): WireResponse | undefined => {
  const { origin, "access-control-request-method": method } = request.headers;
  if (!cors || request.method !== "OPTIONS" || !origin || !method) return undefined;
  const headers: Record<string, string> = {};
  if (allows(cors.allowOrigins, origin))
    Object.assign(headers, shared(cors, origin), {
      "access-control-allow-methods": (cors.allowMethods ?? []).join(","),
      "access-control-allow-headers": (cors.allowHeaders ?? []).join(","),
      ...(cors.maxAge !== undefined && { "access-control-max-age": String(cors.maxAge) }),
    });
  return { status: 204, headers, body: "" };
};

/** Puts the configured CORS headers onto a response, in place of the function's own. */
export const withCors = (
  cors: Cors | undefined,
  request: WireRequest,
  response: WireResponse,
): WireResponse => {
  if (!cors) return response;
  const headers = Object.fromEntries(
    Object.entries(response.headers).filter(([name]) => !name.startsWith("access-control-")),
  );
  const { origin } = request.headers;
  if (origin && allows(cors.allowOrigins, origin)) {
    Object.assign(headers, shared(cors, origin));
    if (cors.exposeHeaders?.length)
      headers["access-control-expose-headers"] = cors.exposeHeaders.join(",");
  }
  return { ...response, headers };
};

import type { WireRequest } from "../wire/message.ts";
import type { Authorized } from "./jwt-authorizer.ts";

/** What the event says about the API or URL that received the request. */
export type Front = { apiId: string; accountId: string; domainName: string; stage: string };

const textual = /^(text\/|application\/(.+\+)?(json|xml|javascript)\b)/i;

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** The time as access logs write it: 12/Mar/2026:19:03:58 +0000. */
const logTime = (milliseconds: number) => {
  const [date = "", time = ""] = new Date(milliseconds).toISOString().split(/[T.]/);
  const [year, month, day] = date.split("-");
  return `${day}/${months[Number(month) - 1]}/${year}:${time} +0000`;
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const bodyOf = ({ body, headers }: WireRequest) => {
  if (body.length === 0) return { isBase64Encoded: false };
  if (textual.test(headers["content-type"] ?? "text/plain") && !headers["content-encoding"])
    try {
      return { body: utf8.decode(body), isBase64Encoded: false };
    } catch {
      // Not the text that it claims to be: the bytes go through unharmed.
    }
  return { body: Buffer.from(body).toString("base64"), isBase64Encoded: true };
};

/**
 * The event of payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const proxyEvent = (
  request: WireRequest,
  {
    front,
    routeKey,
    pathParameters,
    authorizer,
    now,
    requestId,
  }: {
    front: Front;
    routeKey: string;
    pathParameters?: Record<string, string> | undefined;
    authorizer?: Authorized | undefined;
    now: number;
    requestId: string;
  },
) => {
  const { method, path, query } = request;
  const { cookie, connection: _connection, ...headers } = request.headers;
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query))
    parameters.set(name, parameters.has(name) ? `${parameters.get(name)},${value}` : value);
  const sourceIp = "127.0.0.1";
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers: {
      ...headers,
      "x-forwarded-for": sourceIp,
      "x-forwarded-proto": "http",
    } as Record<string, string>,
    ...(query !== "" && { queryStringParameters: Object.fromEntries(parameters) }),
    requestContext: {
      accountId: front.accountId,
      apiId: front.apiId,
      ...(authorizer && { authorizer }),
      domainName: front.domainName,
      domainPrefix: front.apiId,
      http: {
        method,
        path,
        protocol: "HTTP/1.1",
        sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId,
      routeKey,
      stage: front.stage,
      time: logTime(now),
      timeEpoch: now,
    },
    ...(pathParameters && { pathParameters }),
    ...bodyOf(request),
  };
};

import { crc32 } from "node:zlib";
import type { AwsError } from "../../kernel/engine.ts";
import { type JsonService, sqsQueryErrors } from "./json-targets.ts";
import type { WireRequest, WireResponse } from "./message.ts";
import type { RestOperation } from "./rest-routes.ts";
import { sqsXml } from "./sqs-query.ts";
import { xmlText } from "./xml.ts";

/** What a service calls the ways in which a signature may not do, and how far its clock may be from the client's. */
export type Refusals = {
  unsigned: [code: string, message: string];
  incomplete: string;
  wrong: string;
  stranger: [code: string, message: string];
  status: number;
  minutes: number;
};

const unknownToken = "The security token included in the request is invalid";
const ofRest: Refusals = {
  unsigned: ["MissingAuthenticationTokenException", "Missing Authentication Token"],
  incomplete: "IncompleteSignatureException",
  wrong: "InvalidSignatureException",
  stranger: ["UnrecognizedClientException", `${unknownToken}.`],
  status: 403,
  minutes: 5,
};
const ofQuery: Refusals = {
  unsigned: ["MissingAuthenticationToken", "Request is missing Authentication Token"],
  incomplete: "IncompleteSignature",
  wrong: "SignatureDoesNotMatch",
  stranger: ["InvalidClientTokenId", unknownToken],
  status: 403,
  minutes: 15,
};
const ofJson: Refusals = {
  ...ofRest,
  unsigned: [ofRest.unsigned[0], ofQuery.unsigned[1]],
  status: 400,
};
/** Queues may be open to anyone, so who does not sign is refused as anyone is. */
const ofSqs = ({ headers, path }: WireRequest): Refusals => ({
  ...ofQuery,
  unsigned: ["AccessDenied", `Access to the resource http://${headers.host}${path} is denied.`],
});

/** How one protocol writes an answer and an error. */
export type Dialect = {
  answer: (output: unknown) => WireResponse;
  refuse: (error: AwsError) => WireResponse;
  refusals: Refusals;
};

/** Errors of the framework that all services of AWS share. */
const common = new Set([
  "AccessDeniedException",
  "IncompleteSignatureException",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "SerializationException",
  "UnknownOperationException",
  "UnrecognizedClientException",
]);

/** AWS JSON 1.0 and 1.1; without a service, of one that is not here. */
export const awsJson = (found: JsonService | undefined, request: WireRequest): Dialect => {
  const { service = "", version = "1.0", namespace }: Partial<JsonService> = found ?? {};
  const contentType = `application/x-amz-json-${version}`;
  const dynamo = service === "dynamodb" || service === "streams";
  const respond = (
    status: number,
    value: unknown,
    extra?: Record<string, string>,
  ): WireResponse => {
    const body = JSON.stringify(value);
    const headers: Record<string, string> = { "content-type": contentType, ...extra };
    if (dynamo) headers["x-amz-crc32"] = String(crc32(body));
    return { status, headers, body };
  };
  return {
    answer: (output) => respond(200, output ?? {}),
    refuse: ({ code, message, status, fields }) => {
      const space = common.has(code) ? "com.amazon.coral.service" : namespace;
      const type = namespace && !code.includes("#") ? `${space}#${code}` : code;
      const query =
        service === "sqs"
          ? {
              "x-amzn-query-error": `${sqsQueryErrors[code] ?? code};${status < 500 ? "Sender" : "Receiver"}`,
            }
          : undefined;
      return respond(status, { __type: type, message, ...fields }, query);
    },
    refusals: service === "sqs" ? ofSqs(request) : ofJson,
  };
};

/** REST-JSON; without an operation, of one that is not here. */
export const restJson = (operation?: RestOperation): Dialect => ({
  answer: (output) => {
    const { payload, statusMember, answerHeaders = {}, status = 200 } = operation ?? {};
    const members = { ...((output ?? {}) as Record<string, unknown>) };
    const headers: Record<string, string> = { "content-type": "application/json" };
    for (const [member, header] of Object.entries(answerHeaders))
      if (members[member] !== undefined) headers[header] = String(members[member]);
    const code = statusMember ? Number(members[statusMember] ?? status) : status;
    if (code === 204) return { status: 204, headers: {}, body: "" };
    const body = payload
      ? Buffer.from(String(members[payload] ?? ""), "base64")
      : JSON.stringify(members);
    return { status: code, headers, body };
  },
  refuse: ({ code, message, status, fields }) => ({
    status,
    headers: { "content-type": "application/json", "x-amzn-errortype": code },
    body: JSON.stringify(
      operation?.service === "lambda"
        ? { Type: status < 500 ? "User" : "Service", Message: message, message, ...fields }
        : { message, ...fields },
    ),
  }),
  refusals: ofRest,
});

/** The services of the query protocol: SQS as clients spoke it until 2023 (Debian's AWS CLI still does), and STS. */
const queryServices: Record<
  "sqs" | "sts",
  { namespace: string; content: (of: string, output: unknown) => string }
> = {
  sqs: { namespace: "http://queue.amazonaws.com/doc/2012-11-05/", content: sqsXml },
  sts: {
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    content: (operation, output) => {
      const members = Object.entries(output as Record<string, unknown>).map(
        ([name, value]) => `<${name}>${xmlText(value)}</${name}>`,
      );
      return `<${operation}Result>${members.join("")}</${operation}Result>`;
    },
  },
};

/** The query protocol: a form goes in, XML comes out. What nobody knows is answered as by STS. */
export const awsQuery = (
  operation: string,
  service: string | undefined,
  request: WireRequest,
  requestId: string,
): Dialect => {
  const { namespace, content } = queryServices[service === "sqs" ? "sqs" : "sts"];
  const xml = (status: number, body: string) => ({
    status,
    headers: { "content-type": "text/xml" },
    body,
  });
  return {
    answer: (output) =>
      xml(
        200,
        `<${operation}Response xmlns="${namespace}">${content(operation, output)}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
      ),
    refuse: ({ code, message, status }) => {
      const known = (service === "sqs" && sqsQueryErrors[code]) || code;
      const type = status < 500 ? "Sender" : "Receiver";
      return xml(
        status,
        `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${xmlText(known)}</Code><Message>${xmlText(message)}</Message><Detail/></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
      );
    },
    refusals: service === "sqs" ? ofSqs(request) : ofQuery,
  };
};

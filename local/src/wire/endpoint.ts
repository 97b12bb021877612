import { crc32 } from "node:zlib";
import { AwsError, type Call, type Caller, type World } from "../engine.ts";
import type { KeyRing } from "./credentials.ts";
import { jsonServices, sqsQueryErrors } from "./json-targets.ts";
import type { WireHandler, WireRequest, WireResponse } from "./message.ts";
import { matchRest, type RestOperation } from "./rest-routes.ts";
import { sqsFormInput, sqsXml } from "./sqs-query.ts";
import { xmlText } from "./xml.ts";

const text = (body: Uint8Array) => Buffer.from(body).toString("utf8");

const parseJson = (body: Uint8Array): Record<string, unknown> => {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(text(body));
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AwsError("SerializationException", "The request body is not a JSON object.");
  return value as Record<string, unknown>;
};

/** Access key and service of a Signature Version 4, in the header or (presigned) in the query. */
const signatureOf = ({ headers, query }: WireRequest) => {
  const credential =
    /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1] ??
    new URLSearchParams(query).get("X-Amz-Credential");
  const parts = credential?.split("/");
  return parts && parts.length >= 5
    ? { accessKeyId: parts.slice(0, -4).join("/"), service: parts.at(-2) as string }
    : undefined;
};

const unknownToken = (code: string, status: number) =>
  new AwsError(
    code,
    code === "InvalidClientTokenId"
      ? "The security token included in the request is invalid"
      : "The security token included in the request is invalid.",
    status,
  );

/** How one protocol writes an answer and an error. */
type Dialect = {
  answer: (output: unknown) => WireResponse;
  refuse: (error: AwsError) => WireResponse;
  /** The code and status for a key that nobody holds. */
  stranger: [code: string, status: number];
};

const awsJson = (prefix: string): Dialect => {
  const { service, version, namespace } = jsonServices[prefix] ?? {
    service: "",
    version: "1.0" as const,
    namespace: undefined,
  };
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
      const type = namespace && !code.includes("#") ? `${namespace}#${code}` : code;
      const query =
        service === "sqs"
          ? {
              "x-amzn-query-error": `${sqsQueryErrors[code] ?? code};${status < 500 ? "Sender" : "Receiver"}`,
            }
          : undefined;
      return respond(status, { __type: type, message, ...fields }, query);
    },
    stranger:
      service === "sqs"
        ? ["InvalidClientTokenId", 403]
        : ["UnrecognizedClientException", dynamo || service === "events" ? 400 : 403],
  };
};

const restJson = (operation?: RestOperation): Dialect => ({
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
  stranger: ["UnrecognizedClientException", 403],
});

/** The services of the query protocol: SQS as clients spoke it until 2023 (Debian's AWS CLI still does), and STS. */
const queryServices: Record<
  string,
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

const awsQuery = (operation: string, service: string | undefined): Dialect => {
  const { namespace, content } = queryServices[service ?? "sts"] ?? {
    namespace: "https://amazonaws.com/",
    content: () => "",
  };
  const xml = (status: number, body: string) => ({
    status,
    headers: { "content-type": "text/xml" },
    body,
  });
  return {
    answer: (output) =>
      xml(
        200,
        `<${operation}Response xmlns="${namespace}">${content(operation, output)}</${operation}Response>`,
      ),
    refuse: ({ code, message, status }) => {
      const known = (service === "sqs" && sqsQueryErrors[code]) || code;
      const type = status < 500 ? "Sender" : "Receiver";
      return xml(
        status,
        `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${xmlText(known)}</Code><Message>${xmlText(message)}</Message></Error></ErrorResponse>`,
      );
    },
    stranger: ["InvalidClientTokenId", 403],
  };
};

/** S3 is not here; its clients still want to read that in XML. */
const restXmlErrors = (): Dialect => {
  const refuse = ({ code, message, status }: AwsError) => ({
    status,
    headers: { "content-type": "application/xml" },
    body: `<Error><Code>${xmlText(code)}</Code><Message>${xmlText(message)}</Message></Error>`,
  });
  return {
    answer: () => refuse(new AwsError("NotEmulated", "No XML answers here.", 501)),
    refuse,
    stranger: ["InvalidAccessKeyId", 403],
  };
};

/** RPC v2 CBOR: only its errors, for SDKs newer than ours that speak it. */
const cborErrors = (): Dialect => {
  const cborText = (value: string) => {
    const bytes = Buffer.from(value, "utf8");
    return Buffer.concat([Buffer.from([0x79, bytes.length >> 8, bytes.length & 255]), bytes]);
  };
  const refuse = ({ code, message, status }: AwsError) => ({
    status,
    headers: { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" },
    body: Buffer.concat([
      Buffer.from([0xa2]),
      ...["__type", code, "message", message].map(cborText),
    ]),
  });
  return {
    answer: () => refuse(new AwsError("NotEmulated", "No CBOR answers here.", 501)),
    refuse,
    stranger: ["UnrecognizedClientException", 403],
  };
};

type Reading = { dialect: Dialect; call: () => Omit<Call, "caller"> };

const unknown = (what: string) =>
  new AwsError("UnknownOperationException", `The local cloud does not emulate ${what}.`, 404);

/** Which protocol a request speaks, and how to read the call from it. */
const read = (request: WireRequest, signedFor: string | undefined): Reading => {
  const { method, path, query, headers, body } = request;
  const target = headers["x-amz-target"];
  if (target !== undefined) {
    const dot = target.lastIndexOf(".");
    const [prefix, operation] = [target.slice(0, dot), target.slice(dot + 1)];
    const found = Object.hasOwn(jsonServices, prefix) ? jsonServices[prefix] : undefined;
    const call = () => {
      if (!found) throw unknown(`${operation} of ${prefix}`);
      return { service: found.service, operation, input: parseJson(body) };
    };
    return { dialect: awsJson(prefix), call };
  }
  const cbor = /^\/service\/([^/]+)\/operation\/([^/]+)$/.exec(path);
  if (cbor)
    return {
      dialect: cborErrors(),
      call: () => {
        throw unknown(`${cbor[2]} of ${cbor[1]} over RPC v2 CBOR`);
      },
    };
  if (headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    const form = new URLSearchParams(text(body));
    const operation = form.get("Action") ?? "";
    return {
      dialect: awsQuery(operation, signedFor),
      call: () => {
        if (signedFor === "sqs") return { service: "sqs", operation, input: sqsFormInput(form) };
        if (signedFor === "sts") return { service: "sts", operation, input: {} };
        throw unknown(`${operation} of ${signedFor ?? "an unnamed service"} (query protocol)`);
      },
    };
  }
  const route = matchRest(method, path, query, headers, signedFor);
  return {
    dialect: !route && signedFor === "s3" ? restXmlErrors() : restJson(route?.operation),
    call: () => {
      if (!route) throw unknown(`${method} ${path} of ${signedFor ?? "an unnamed service"}`);
      const { operation, input } = route;
      const members = operation.payload
        ? body.length > 0 && { [operation.payload]: Buffer.from(body).toString("base64") }
        : parseJson(body);
      return {
        service: operation.service,
        operation: operation.operation,
        input: { ...members, ...input },
      };
    },
  };
};

const whoSigned = (
  signature: ReturnType<typeof signatureOf>,
  keys: KeyRing,
  [code, status]: Dialect["stranger"],
): Caller => {
  if (!signature)
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
  const caller = keys.callerOf(signature.accessKeyId);
  if (!caller) throw unknownToken(code, status);
  return caller;
};

/**
 * AWS's wire protocols in front of a cloud: AWS JSON by target, REST-JSON by path, SQS (older clients) and STS by query. A request goes
 * in, a response comes out, whichever way it was carried.
 */
export const awsEndpoint = (world: Pick<World, "call" | "note">, keys: KeyRing): WireHandler => {
  let count = 0;
  return async (request) => {
    count += 1;
    const requestId = `00000000-0000-4000-8000-${count.toString(16).padStart(12, "0")}`;
    const signature = signatureOf(request);
    const { dialect, call } = read(request, signature?.service);
    const finish = (response: WireResponse): WireResponse => ({
      ...response,
      headers: { ...response.headers, "x-amzn-requestid": requestId },
    });
    try {
      const caller = whoSigned(signature, keys, dialect.stranger);
      return finish(dialect.answer(await world.call({ ...call(), caller })));
    } catch (error) {
      if (error instanceof AwsError) return finish(dialect.refuse(error));
      const message = error instanceof Error ? error.message : String(error);
      world.note({ kind: "defect", where: "aws endpoint", message, error, requestId });
      return finish(dialect.refuse(new AwsError("InternalFailure", message, 500)));
    }
  };
};

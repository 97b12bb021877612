import { crc32 } from "node:zlib";
import { AwsError, type Call, type Caller, type World } from "../../kernel/engine.ts";
import type { KeyRing } from "./credentials.ts";
import { jsonServices, sqsQueryErrors } from "./json-targets.ts";
import { readMembers } from "./json-types.ts";
import type { WireHandler, WireRequest, WireResponse } from "./message.ts";
import { existsOnAws } from "./operations.ts";
import { matchRest, type RestOperation } from "./rest-routes.ts";
import { BadSignature, type Signature, signatureOf, verify } from "./signature.ts";
import { sqsFormInput, sqsXml } from "./sqs-query.ts";
import { xmlText } from "./xml.ts";

const text = (body: Uint8Array) => Buffer.from(body).toString("utf8");

const parseJson = (body: Uint8Array, service?: string): Record<string, unknown> => {
  if (body.length === 0) return {};
  const refuse = (why: string) =>
    service === "lambda"
      ? new AwsError(
          "InvalidRequestContentException",
          `Could not parse request body into json: ${why}`,
        )
      : new AwsError("SerializationException", why);
  let value: unknown;
  try {
    value = JSON.parse(text(body));
  } catch {
    throw refuse("The request body is not valid JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refuse("The request body is not a JSON object.");
  return value as Record<string, unknown>;
};

/** What a service calls the ways in which a signature may not do. */
type Refusals = {
  unsigned: [code: string, message: string];
  incomplete: string;
  wrong: string;
  stranger: [code: string, message: string];
  status: number;
};

const unknownToken = "The security token included in the request is invalid";
const ofJson: Refusals = {
  unsigned: ["MissingAuthenticationTokenException", "Missing Authentication Token"],
  incomplete: "IncompleteSignatureException",
  wrong: "InvalidSignatureException",
  stranger: ["UnrecognizedClientException", `${unknownToken}.`],
  status: 403,
};
const ofQuery: Refusals = {
  unsigned: ["MissingAuthenticationToken", "Request is missing Authentication Token"],
  incomplete: "IncompleteSignature",
  wrong: "SignatureDoesNotMatch",
  stranger: ["InvalidClientTokenId", unknownToken],
  status: 403,
};
/** Queues may be open to anyone, so who does not sign is refused as anyone is. */
const ofSqs = ({ headers, path }: WireRequest): Refusals => ({
  ...ofQuery,
  unsigned: ["AccessDenied", `Access to the resource http://${headers.host}${path} is denied.`],
});

/** How one protocol writes an answer and an error. */
type Dialect = {
  answer: (output: unknown) => WireResponse;
  refuse: (error: AwsError) => WireResponse;
  refusals: Refusals;
};

const unsigned: Refusals["unsigned"] = [ofJson.unsigned[0], ofQuery.unsigned[1]];

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

const awsJson = (prefix: string, request: WireRequest): Dialect => {
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
    refusals: service === "sqs" ? ofSqs(request) : { ...ofJson, unsigned, status: 400 },
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
  refusals: ofJson,
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

const awsQuery = (
  operation: string,
  service: string | undefined,
  request: WireRequest,
  requestId: string,
): Dialect => {
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
    refusals: ofQuery,
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
    refusals: ofJson,
  };
};

type Reading = { dialect: Dialect; call: () => Omit<Call, "caller"> };

const unknown = (what: string) =>
  new AwsError("UnknownOperationException", `The local cloud does not emulate ${what}.`, 404);

/** Which protocol a request speaks, and how to read the call from it. */
const read = (request: WireRequest, signedFor: string | undefined, requestId: string): Reading => {
  const { method, path, query, headers, body } = request;
  const target = headers["x-amz-target"];
  if (target !== undefined) {
    const dot = target.lastIndexOf(".");
    const [prefix, operation] = [target.slice(0, dot), target.slice(dot + 1)];
    const found = Object.hasOwn(jsonServices, prefix) ? jsonServices[prefix] : undefined;
    const call = () => {
      if (!found) throw unknown(`${operation} of ${prefix}`);
      if (!existsOnAws(found.service, operation))
        throw new AwsError("UnknownOperationException", `There is no operation ${operation}.`);
      const input = parseJson(body);
      // DynamoDB's engine reads types by itself, with its own words for each.
      const own = found.service === "dynamodb";
      return { service: found.service, operation, input: own ? input : readMembers(input) };
    };
    return { dialect: awsJson(prefix, request), call };
  }
  const cbor = /^\/service\/([^/]+)\/operation\/([^/]+)$/.exec(path);
  if (cbor)
    return {
      dialect: cborErrors(),
      call: () => {
        throw unknown(`${cbor[2]} of ${cbor[1]} over RPC v2 CBOR`);
      },
    };
  const inBody = headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  if (inBody || (queryServices[signedFor ?? ""] && query.includes("Action="))) {
    const form = new URLSearchParams(inBody ? text(body) : query);
    // The address of a queue may say which one is meant.
    if (/^\/\d{12}\/[^/]+\/?$/.test(path) && !form.has("QueueUrl"))
      form.set("QueueUrl", `http://${headers.host}${path.replace(/\/$/, "")}`);
    const operation = form.get("Action") ?? "";
    return {
      dialect: awsQuery(operation, signedFor, request, requestId),
      call: () => {
        if (!operation)
          throw new AwsError("MissingAction", "The request must contain the parameter Action.");
        if (queryServices[signedFor ?? ""] && !existsOnAws(signedFor ?? "", operation))
          throw new AwsError(
            "InvalidAction",
            `The action ${operation} is not valid for this web service.`,
          );
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
        : readMembers(parseJson(body, operation.service));
      return {
        service: operation.service,
        operation: operation.operation,
        input: { ...members, ...input },
      };
    },
  };
};

/** A signature, or what is wrong with what stands in its place: it is said in the words of the service. */
const readSignature = (request: WireRequest): { signature?: Signature; broken?: BadSignature } => {
  try {
    const signature = signatureOf(request);
    return signature ? { signature } : {};
  } catch (error) {
    if (error instanceof BadSignature) return { broken: error };
    throw error;
  }
};

type Signed = Pick<World, "region"> & { keys: KeyRing; now: () => number };

const whoSigned = (
  request: WireRequest,
  signature: Signature | undefined,
  { unsigned, stranger, status }: Refusals,
  { keys, region, now }: Signed,
): Caller => {
  if (!signature) throw new AwsError(...unsigned, status);
  const holder = keys.holderOf(signature.accessKeyId);
  if (!holder) throw new AwsError(...stranger, status);
  verify(request, signature, { secret: holder.secretAccessKey, region, now: now() });
  return holder.caller;
};

/** What is thrown on the way, as an error of AWS's. */
const asAws = (error: unknown, { incomplete, wrong, status }: Refusals) => {
  if (error instanceof AwsError) return error;
  if (error instanceof BadSignature)
    return new AwsError(error.kind === "wrong" ? wrong : incomplete, error.message, status);
  return undefined;
};

/**
 * AWS's wire protocols in front of a cloud: AWS JSON by target, REST-JSON by path, SQS (older clients) and STS by query. A request goes
 * in, a response comes out, whichever way it was carried. `now` is what signatures are dated by: the clock of the
 * machine, as outside clients have it.
 */
export const awsEndpoint = (
  world: Pick<World, "call" | "note" | "region">,
  keys: KeyRing,
  { now = Date.now } = {},
): WireHandler => {
  let count = 0;
  const { region } = world;
  return async (request) => {
    count += 1;
    const requestId = `00000000-0000-4000-8000-${count.toString(16).padStart(12, "0")}`;
    const finish = (response: WireResponse): WireResponse => ({
      ...response,
      headers: { ...response.headers, "x-amzn-requestid": requestId },
    });
    const { signature, broken } = readSignature(request);
    const { dialect, call } = read(request, signature?.service, requestId);
    try {
      if (broken) throw broken;
      const caller = whoSigned(request, signature, dialect.refusals, { keys, region, now });
      return finish(dialect.answer(await world.call({ ...call(), caller })));
    } catch (error) {
      const known = asAws(error, dialect.refusals);
      if (known) return finish(dialect.refuse(known));
      const message = error instanceof Error ? error.message : String(error);
      world.note({ kind: "defect", where: "aws endpoint", message, error, requestId });
      return finish(dialect.refuse(new AwsError("InternalFailure", message, 500)));
    }
  };
};

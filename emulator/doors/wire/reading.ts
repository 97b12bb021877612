import { AwsError, type Call } from "../../kernel/engine.ts";
import { nestsTooDeep } from "../../kernel/nesting.ts";
import { awsJson, awsQuery, type Dialect, restJson } from "./dialects.ts";
import { type JsonService, jsonServices } from "./json-targets.ts";
import { readMembers } from "./json-types.ts";
import type { WireRequest } from "./message.ts";
import { existsOnAws } from "./operations.ts";
import { matchRest } from "./rest-routes.ts";
import { sqsFormInput } from "./sqs-query.ts";

/** What a request turns out to be. */
export type Reading = {
  dialect: Dialect;
  /** The service that its signature is to be for; undefined where nobody can say. */
  signedFor: string | undefined;
  call: () => Omit<Call, "caller">;
};

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
  if (nestsTooDeep(body)) throw refuse("The request body nests too deep.");
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

const unknown = (what: string) =>
  new AwsError("UnknownOperationException", `The emulator does not have ${what}.`, 404);

const signingNames: Record<string, string> = { streams: "dynamodb" };

const readTarget = (target: string, request: WireRequest): Reading => {
  const dot = target.lastIndexOf(".");
  const [prefix, operation] = [target.slice(0, dot), target.slice(dot + 1)];
  const found: JsonService | undefined = Object.hasOwn(jsonServices, prefix)
    ? jsonServices[prefix]
    : undefined;
  return {
    dialect: awsJson(found, request),
    signedFor: found && (signingNames[found.service] ?? found.service),
    call: () => {
      if (!found) throw unknown(`${operation} of ${prefix}`);
      const { service } = found;
      if (!existsOnAws(service, operation))
        throw new AwsError("UnknownOperationException", `There is no operation ${operation}.`);
      const input = parseJson(request.body);
      // DynamoDB's engine reads types by itself, with its own words for each.
      return { service, operation, input: service === "dynamodb" ? input : readMembers(input) };
    },
  };
};

/** More than any request in a form has: the largest, a full batch with all attributes, has some five hundred. */
const mostParameters = 5_000;

/** The parameters of a form. Of too many only the first are read: enough to know what is asked, and by whom. */
const formOf = (form: string): { form: URLSearchParams; cut: boolean } => {
  let at = -1;
  for (let count = 0; count < mostParameters; count += 1) {
    at = form.indexOf("&", at + 1);
    if (at === -1) return { form: new URLSearchParams(form), cut: false };
  }
  return { form: new URLSearchParams(form.slice(0, at)), cut: true };
};

const queryServices = ["sqs", "sts"];

const readForm = (
  { form, cut }: ReturnType<typeof formOf>,
  request: WireRequest,
  claimed: string | undefined,
  requestId: string,
): Reading => {
  const { path, headers } = request;
  // The address of a queue may say which one is meant.
  if (/^\/\d{12}\/[^/]+\/?$/.test(path) && !form.has("QueueUrl"))
    form.set("QueueUrl", `http://${headers.host}${path.replace(/\/$/, "")}`);
  const operation = form.get("Action") ?? "";
  // One address for all services: the action says which is asked where the signature names another.
  const service = [claimed ?? "", ...queryServices].find((one) => existsOnAws(one, operation));
  const named = queryServices.includes(claimed ?? "") ? claimed : service;
  return {
    dialect: awsQuery(operation, named, request, requestId),
    signedFor: queryServices.includes(service ?? "") ? service : undefined,
    call: () => {
      if (cut) throw new AwsError("MalformedInput", "The request has too many parameters.");
      if (!operation)
        throw new AwsError("MissingAction", "The request must contain the parameter Action.");
      if (service === "sqs") return { service, operation, input: sqsFormInput(form) };
      if (service === "sts") return { service, operation, input: {} };
      if (named)
        throw new AwsError(
          "InvalidAction",
          `The action ${operation} is not valid for this web service.`,
        );
      throw unknown(`${operation} of ${claimed ?? "an unnamed service"} (query protocol)`);
    },
  };
};

const readRest = (
  { method, path, query, headers, body }: WireRequest,
  claimed: string | undefined,
): Reading => {
  const route = matchRest(method, path, query, headers, claimed);
  return {
    dialect: restJson(route?.operation),
    signedFor: route?.operation.service,
    call: () => {
      if (!route) throw unknown(`${method} ${path} of ${claimed ?? "an unnamed service"}`);
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

/** Which protocol a request speaks, and how to read the call from it. `claimed` is what its signature says it is for. */
export const read = (
  request: WireRequest,
  claimed: string | undefined,
  requestId: string,
): Reading => {
  const { query, headers, body } = request;
  const target = headers["x-amz-target"];
  if (target !== undefined) return readTarget(target, request);
  const inBody = headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  if (inBody || (queryServices.includes(claimed ?? "") && query.includes("Action=")))
    return readForm(formOf(inBody ? text(body) : query), request, claimed, requestId);
  return readRest(request, claimed);
};

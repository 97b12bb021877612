/** One operation of a REST service: where it is bound to HTTP, after the service's Smithy model. */
export type RestOperation = {
  service: string;
  operation: string;
  method: string;
  path: string;
  status?: number;
  /** Query parameter to input member, where they differ. */
  query?: Record<string, string>;
  /** Header (lower case) to input member. */
  headers?: Record<string, string>;
  /** Output member to response header. */
  answerHeaders?: Record<string, string>;
  /** The blob member that is the body, of the request and of the response. */
  payload?: string;
  /** The output member that is the HTTP status. */
  statusMember?: string;
};

const lambda = "lambda";
const functions = "/2015-03-31/functions";
const mappings = "/2015-03-31/event-source-mappings";
const invokeConfig = "/2019-09-25/functions/{FunctionName}/event-invoke-config";
const url = "/2021-10-31/functions/{FunctionName}/url";
const concurrency = "/2017-10-31/functions/{FunctionName}/concurrency";
const tags = "/2017-03-31/tags/{Resource}";

const operations: [service: string, bindings: string][] = [
  [
    lambda,
    `CreateFunction POST ${functions} 201
     ListFunctions GET ${functions}
     GetFunction GET ${functions}/{FunctionName}
     DeleteFunction DELETE ${functions}/{FunctionName} 204
     GetFunctionConfiguration GET ${functions}/{FunctionName}/configuration
     UpdateFunctionConfiguration PUT ${functions}/{FunctionName}/configuration
     UpdateFunctionCode PUT ${functions}/{FunctionName}/code
     AddPermission POST ${functions}/{FunctionName}/policy 201
     GetPolicy GET ${functions}/{FunctionName}/policy
     RemovePermission DELETE ${functions}/{FunctionName}/policy/{StatementId} 204
     ListAliases GET ${functions}/{FunctionName}/aliases
     PublishVersion POST ${functions}/{FunctionName}/versions 201
     ListVersionsByFunction GET ${functions}/{FunctionName}/versions
     CreateEventSourceMapping POST ${mappings} 202
     ListEventSourceMappings GET ${mappings}
     GetEventSourceMapping GET ${mappings}/{UUID}
     UpdateEventSourceMapping PUT ${mappings}/{UUID} 202
     DeleteEventSourceMapping DELETE ${mappings}/{UUID} 202
     PutFunctionEventInvokeConfig PUT ${invokeConfig}
     UpdateFunctionEventInvokeConfig POST ${invokeConfig}
     GetFunctionEventInvokeConfig GET ${invokeConfig}
     DeleteFunctionEventInvokeConfig DELETE ${invokeConfig} 204
     ListFunctionEventInvokeConfigs GET ${invokeConfig}/list
     CreateFunctionUrlConfig POST ${url} 201
     GetFunctionUrlConfig GET ${url}
     UpdateFunctionUrlConfig PUT ${url}
     DeleteFunctionUrlConfig DELETE ${url} 204
     ListFunctionUrlConfigs GET /2021-10-31/functions/{FunctionName}/urls
     PutFunctionConcurrency PUT ${concurrency}
     DeleteFunctionConcurrency DELETE ${concurrency} 204
     GetFunctionConcurrency GET /2019-09-30/functions/{FunctionName}/concurrency
     GetAccountSettings GET /2016-08-19/account-settings
     InvokeWithResponseStream POST /2021-11-15/functions/{FunctionName}/response-streaming-invocations
     ListTags GET ${tags}
     TagResource POST ${tags} 204
     UntagResource DELETE ${tags} 204`,
  ],
  [
    "scheduler",
    `CreateSchedule POST /schedules/{Name}
     GetSchedule GET /schedules/{Name}
     UpdateSchedule PUT /schedules/{Name}
     DeleteSchedule DELETE /schedules/{Name}
     ListSchedules GET /schedules
     CreateScheduleGroup POST /schedule-groups/{Name}
     GetScheduleGroup GET /schedule-groups/{Name}
     DeleteScheduleGroup DELETE /schedule-groups/{Name}
     ListScheduleGroups GET /schedule-groups
     ListTagsForResource GET /tags/{ResourceArn}
     TagResource POST /tags/{ResourceArn}
     UntagResource DELETE /tags/{ResourceArn}`,
  ],
  [
    "ses",
    `SendEmail POST /v2/email/outbound-emails
     SendBulkEmail POST /v2/email/outbound-bulk-emails
     CreateConfigurationSet POST /v2/email/configuration-sets
     CreateConfigurationSetEventDestination POST /v2/email/configuration-sets/{ConfigurationSetName}/event-destinations
     DeleteConfigurationSet DELETE /v2/email/configuration-sets/{ConfigurationSetName}
     CreateEmailIdentity POST /v2/email/identities
     ListEmailIdentities GET /v2/email/identities
     ListEmailIdentities POST /v2/email/list-identities
     GetEmailIdentity GET /v2/email/identities/{EmailIdentity}
     DeleteEmailIdentity DELETE /v2/email/identities/{EmailIdentity}
     GetAccount GET /v2/email/account`,
  ],
];

const parse = ([service, bindings]: [string, string]): RestOperation[] =>
  bindings.split("\n").map((line) => {
    const [operation = "", method = "", path = "", status] = line.trim().split(" ");
    return { service, operation, method, path, ...(status && { status: Number(status) }) };
  });

/** The REST operations that have an address here: the ones a newcomer to these services would try. */
export const restOperations: RestOperation[] = [
  ...operations.flatMap(parse),
  {
    service: lambda,
    operation: "Invoke",
    method: "POST",
    path: `${functions}/{FunctionName}/invocations`,
    payload: "Payload",
    statusMember: "StatusCode",
    headers: {
      "x-amz-invocation-type": "InvocationType",
      "x-amz-log-type": "LogType",
      "x-amz-client-context": "ClientContext",
    },
    answerHeaders: {
      FunctionError: "x-amz-function-error",
      LogResult: "x-amz-log-result",
      ExecutedVersion: "x-amz-executed-version",
    },
  },
];

const queryNames = new Map([
  ["groupName", "GroupName"],
  ["ScheduleGroup", "GroupName"],
  ["clientToken", "ClientToken"],
  ["tagKeys", "TagKeys"],
]);
const numeric = new Set(["MaxItems", "MaxResults", "PageSize"]);

/** A part of a path, decoded; as it stands where its escapes are broken. */
export const decodePart = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

type Route = RestOperation & { pattern: RegExp; labels: string[] };

const routes: Route[] = restOperations.map((operation) => {
  const labels = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, label]) => label as string);
  const pattern = new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, "([^/]+)")}/?$`);
  return { ...operation, labels, pattern };
});

/** The operation that a method and path of a REST service stand for, with what path, query and headers say. */
export const matchRest = (
  method: string,
  path: string,
  query: string,
  headers: Record<string, string>,
  signedFor?: string,
): { operation: RestOperation; input: Record<string, unknown> } | undefined => {
  const fits = routes.filter((route) => route.method === method && route.pattern.test(path));
  const route = fits.find(({ service }) => service === signedFor) ?? fits[0];
  if (!route) return undefined;
  const input: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const member = queryNames.get(name) ?? name;
    if (member === "TagKeys") input[member] = [...((input[member] as string[]) ?? []), value];
    else input[member] = numeric.has(member) ? Number(value) : value;
  }
  const values = route.pattern.exec(path)?.slice(1) ?? [];
  for (const [index, label] of route.labels.entries())
    input[label] = decodePart(values[index] ?? "");
  for (const [header, member] of Object.entries(route.headers ?? {}))
    if (headers[header] !== undefined) input[member] = headers[header];
  return { operation: route, input };
};

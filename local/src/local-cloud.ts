import { dispatcher } from "./api-gateway/dispatch.ts";
import { functionUrl, httpApi } from "./api-gateway/front.ts";
import { createResources, pascal } from "./boot/create.ts";
import { CannotStart, type Graph, type GraphFunction } from "./boot/graph.ts";
import { httpApisOf } from "./boot/http-apis.ts";
import { localiser } from "./boot/localise.ts";
import type { Clock } from "./clock.ts";
import { type Cloud, createCloud, type Fact } from "./cloud.ts";
import { dynamoEngines, type Lags, type StreamsEngine } from "./dynamodb/engine.ts";
import { administrator } from "./engine.ts";
import { eventBridgeEngine } from "./eventbridge/engine.ts";
import { createPermissions, type Permissions } from "./iam/gate.ts";
import { placesOf } from "./iam/places.ts";
import { type Account, accounts } from "./issuer/accounts.ts";
import { createIssuer } from "./issuer/issuer.ts";
import { type FunctionUrl, lambdaEngine } from "./lambda/engine.ts";
import type { Wake } from "./lambda/event-source-mappings.ts";
import type { MakeRuntime } from "./lambda/function.ts";
import { inlineRuntime } from "./lambda/inline-runtime.ts";
import { threadRuntime } from "./lambda/thread-runtime.ts";
import { localPages, localPrefix } from "./local-pages.ts";
import { schedulerEngine } from "./scheduler/engine.ts";
import { type Email, type SesEngine, sesEngine } from "./ses/engine.ts";
import { type SqsEngine, sqsEngine } from "./sqs/engine.ts";
import { statesEngine } from "./stepfunctions/engine.ts";
import { stsEngine } from "./sts/engine.ts";
import { type Credentials, createKeyRing, type Holder, type KeyRing } from "./wire/credentials.ts";
import { awsEndpoint } from "./wire/endpoint.ts";
import type { WireHandler } from "./wire/message.ts";

export type LocalCloudOptions = {
  clock: Clock;
  graph: Graph;
  /** Where handlers run: in threads, inside this process on the clock, or as a test has it. */
  runtime: "worker" | "inline" | MakeRuntime;
  /** Whether functions take as long to start as on AWS, and are put away when they have nothing to do for long. */
  coldStarts?: boolean;
  /** How far eventually consistent reads and the removal of expired items lag behind. */
  lags?: Lags;
  /** The administrator's credentials, where they are not to be new ones. */
  credentials?: Credentials | undefined;
  /** The addresses under which everything is linked. Nothing listens there unless somebody serves the handlers. */
  apiUrl?: string;
  awsUrl?: string;
};

type Answer = { status: number; headers: Headers; text: string; json: () => unknown };

/** The whole system on one machine, running. */
export type LocalCloud = {
  cloud: Cloud;
  urls: { api: string; aws: string; issuer: string };
  /** What to serve at `urls.api` and `urls.aws`. */
  handlers: { api: WireHandler; aws: WireHandler };
  /** A `fetch` that reaches the addresses of this cloud in the process, and no other. */
  fetch: (input: Request | string | URL, init?: RequestInit) => Promise<Response>;
  /** Sends a request to the API, signed in as an account where one is named. */
  api: (request: {
    method?: string;
    path: string;
    as?: string;
    headers?: Record<string, string>;
    body?: unknown;
  }) => Promise<Answer>;
  /** Makes an AWS API call as the administrator. */
  // biome-ignore lint/suspicious/noExplicitAny: AWS's answers
  call: (service: string, operation: string, input?: object) => Promise<any>;
  /** Invokes a function by the name it has in the infrastructure definition. Throws what it threw. */
  invoke: (name: string, payload: unknown) => Promise<unknown>;
  /** The physical name of what the graph calls `name`: a table, a queue, a function. */
  nameOf: (name: string) => string;
  /** Whether nothing is on its way: no row in an outbox, no message in a queue (dead letters aside). */
  atRest: () => Promise<boolean>;
  /** What was sent by e-mail, the oldest first. */
  emails: () => readonly Email[];
  accounts: Account[];
  token: (name: string) => string;
  administrator: Credentials;
  /** Hears every question that IAM is asked, with its answer. */
  hearIam: Permissions["hear"];
  /** The newest facts, at most 10,000. */
  notes: (kind?: string) => Fact[];
  stop: () => Promise<void>;
};

const keptNotes = 10_000;

/** Managed policies that grant nothing which the local cloud has. */
const emptyHere = new Set(["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]);

/** What SST puts into a function's environment to find an encrypted file of links; ours are in the open. */
const sstOnly = new Set(["SST_KEY", "SST_KEY_FILE"]);

/**
 * Boots a whole cloud from a graph: engines, functions, permissions, API, issuer. Throws CannotStart, with one
 * sentence, for a graph that it cannot run.
 */
export const localCloud = async ({
  clock,
  graph,
  runtime,
  coldStarts,
  lags,
  credentials,
  apiUrl = "http://127.0.0.1:3000",
  awsUrl = "http://127.0.0.1:4566",
}: LocalCloudOptions): Promise<LocalCloud> => {
  const addresses: Record<string, WireHandler> = {};
  const urls = new Map<string, FunctionUrl>();
  const reachFrom = (from: string) =>
    dispatcher(addresses, (url) => cloud.note({ kind: "refused-address", url, from }));

  const dynamo = dynamoEngines({ lags });
  let sqs: SqsEngine | undefined;
  let streams: StreamsEngine | undefined;
  let ses: SesEngine | undefined;
  const wake: Wake = {
    queues: (arn, listener) => sqs?.onMessages(arn, listener) ?? (() => {}),
    streams: (arn, listener) => streams?.onRecords(arn, listener) ?? (() => {}),
  };
  const cloud: Cloud = createCloud(clock, [
    dynamo.dynamodb,
    (world) => {
      streams = dynamo.streams(world);
      return streams;
    },
    (world) => {
      sqs = sqsEngine({ baseUrl: awsUrl })(world);
      return sqs;
    },
    eventBridgeEngine,
    statesEngine,
    lambdaEngine({
      wake,
      urlOf: (functionName) => urls.get(functionName),
      runtime:
        runtime === "inline"
          ? inlineRuntime({
              coldStarts,
              outgoing: (request, from) => reachFrom(from)(request),
            })
          : runtime === "worker"
            ? threadRuntime({
                coldStarts,
                callerOf: (key) => keys.callerOf(key),
                outgoing: {
                  origins: [new URL(apiUrl).origin, new URL(awsUrl).origin],
                  answer: (request, from) => reachFrom(from)(request),
                },
              })
            : runtime,
    }),
    schedulerEngine,
    (world) => {
      ses = sesEngine(world);
      return ses;
    },
    stsEngine,
  ]);
  const holders = cloud.keeper.map<Holder>("iam.keys");
  const keys: KeyRing = createKeyRing(clock, holders);
  if (credentials) {
    const { accessKeyId, secretAccessKey } = credentials;
    holders.set(accessKeyId, { caller: administrator, secretAccessKey });
  }
  const notes: Fact[] = [];
  cloud.observe((fact) => {
    notes.push(fact);
    if (notes.length > keptNotes * 1.5) notes.splice(0, notes.length - keptNotes);
  });
  const permissions = createPermissions(cloud, placesOf(graph));
  cloud.guard(permissions.gate);
  const { account, region } = cloud;

  const { replace, localise } = localiser();
  const [pool, client] = ["userPool:UserPool", "userPoolClient:UserPoolClient"].map((type) =>
    graph.resources.find((resource) => resource.type === `aws:cognito/${type}`),
  );
  const issuer = createIssuer(
    clock,
    `${apiUrl}${localPrefix}/issuer`,
    client?.outputs.id ?? "petstore",
  );
  if (pool) replace(`https://${pool.outputs.endpoint}`, issuer.url);

  const apis = httpApisOf(graph, account, new URL(apiUrl).host);
  const [first, second] = apis;
  if (second)
    throw new CannotStart(
      `The local cloud serves one HTTP API; ${second.resource.name} is a second.`,
    );
  if (first) {
    replace(first.resource.outputs.apiEndpoint, apiUrl);
    permissions.addSource(first.api.name, `${first.resource.outputs.executionArn}/$default`);
  }

  const functions = new Map(graph.functions.map((fn) => [fn.functionName, fn]));
  const functionUrls: Record<string, WireHandler> = {};
  const environmentOf = (fn: GraphFunction, role: string) => {
    const { accessKeyId, secretAccessKey } = keys.issue({ name: fn.functionName, role });
    return {
      AWS_ENDPOINT_URL: awsUrl,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      SST_RESOURCES_JSON: JSON.stringify(localise(fn.links)),
    };
  };

  await createResources(graph, cloud, {
    replace,
    localise,
    functions,
    environmentOf: (fn, role) => ({
      ...Object.fromEntries(
        Object.entries(localise(fn.environment)).filter(([name]) => !sstOnly.has(name)),
      ),
      ...environmentOf(fn, role),
    }),
    addRole(arn, policies, managed) {
      const unknown = managed.find((policy) => !emptyHere.has(policy));
      if (unknown) throw new CannotStart(`The local cloud does not know the policy ${unknown}.`);
      permissions.addRole(arn, policies);
    },
    urlOf: (functionName) =>
      `${apiUrl}${localPrefix}/functions/${functions.get(functionName)?.name ?? functionName}`,
    addFunctionUrl({ functionName, address, cors }) {
      urls.set(functionName, {
        address,
        ...(cors !== undefined && { cors: pascal(cors) as object }),
      });
      functionUrls[new URL(address).pathname] = functionUrl(cloud, {
        functionName,
        cors: cors as never,
        front: {
          apiId: functions.get(functionName)?.name.toLowerCase() ?? functionName,
          accountId: account,
          domainName: new URL(apiUrl).host,
          stage: "$default",
        },
      });
    },
  });

  const emails = () => ses?.inbox() ?? [];
  const serveApi = first && httpApi(cloud, first.api);
  const pages = localPages({
    apiUrl,
    awsUrl,
    stage: graph.stage,
    routes: first?.api.routes.map(({ routeKey }) => routeKey) ?? [],
    counts: () => [
      ["functions", graph.functions.length],
      ["tables", graph.resources.filter(({ type }) => type.endsWith(":Table")).length],
      ["queues", graph.resources.filter(({ type }) => type.endsWith(":Queue")).length],
      [
        "state machines",
        graph.resources.filter(({ type }) => type.endsWith(":StateMachine")).length,
      ],
      ["e-mails", emails().length],
    ],
    administrator: keys.issue(administrator),
    accounts,
    issuer,
    emails,
    functionUrls,
  });
  const handlers = {
    aws: awsEndpoint(cloud, keys),
    api: async (request: Parameters<WireHandler>[0]) =>
      (await pages(request)) ??
      (await serveApi?.(request)) ?? { status: 404, headers: {}, body: "" },
  };
  addresses[new URL(apiUrl).origin] = handlers.api;
  addresses[new URL(awsUrl).origin] = handlers.aws;
  const fetchInside = reachFrom("outside");

  const ofType = (type: string) => graph.resources.filter((resource) => resource.type === type);
  const outboxes = ofType("aws:dynamodb/table:Table")
    .filter(({ inputs }) => inputs.streamEnabled)
    .map(({ inputs }) => inputs.name);
  const queues = ofType("aws:sqs/queue:Queue")
    .filter(({ inputs }) => inputs.redrivePolicy)
    .map(({ inputs }) => inputs.name);

  const call: LocalCloud["call"] = (service, operation, input = {}) =>
    cloud.call({ caller: administrator, service, operation, input });
  const signed = new Map<string, { token: string; at: number }>();
  /** A signature costs more than the rest of a request: a token is shown again for an hour of its twelve. */
  const token = (name: string) => {
    const found = accounts.find((one) => one.name === name);
    if (!found) throw new Error(`There is no account ${name}.`);
    const known = signed.get(name);
    if (known && clock.now() - known.at < 3600_000) return known.token;
    const fresh = { token: issuer.token(found), at: clock.now() };
    signed.set(name, fresh);
    return fresh.token;
  };
  const nameOf = (name: string) => {
    const fn = graph.functions.find((one) => one.name === name);
    const link = graph.functions.map(({ links }) => links[name]?.name).find(Boolean);
    const physical = fn?.functionName ?? link;
    if (typeof physical !== "string") throw new Error(`The graph has nothing named ${name}.`);
    return physical;
  };

  return {
    cloud,
    urls: { api: apiUrl, aws: awsUrl, issuer: issuer.url },
    handlers,
    fetch: fetchInside,
    async api({ method = "GET", path, as, headers = {}, body }) {
      const { host, pathname, search } = new URL(path, apiUrl);
      const answer = await handlers.api({
        method,
        path: pathname,
        query: search.slice(1),
        headers: {
          host,
          ...(as && { authorization: `Bearer ${token(as)}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        body: Buffer.from(
          body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body),
        ),
      });
      const text = Buffer.from(answer.body).toString();
      return {
        status: answer.status,
        headers: new Headers(answer.headers),
        text,
        json: () => JSON.parse(text),
      };
    },
    call,
    async invoke(name, payload) {
      const { FunctionError, Payload = "" } = await call("lambda", "Invoke", {
        FunctionName: nameOf(name),
        Payload: Buffer.from(JSON.stringify(payload)).toString("base64"),
      });
      const text = Buffer.from(Payload, "base64").toString("utf8");
      const value = text === "" ? undefined : JSON.parse(text);
      if (FunctionError)
        throw Object.assign(new Error(value?.errorMessage), { name: value?.errorType });
      return value;
    },
    nameOf,
    async atRest() {
      for (const TableName of outboxes)
        if (
          (await call("dynamodb", "Scan", { TableName, Select: "COUNT", ConsistentRead: true }))
            .Count > 0
        )
          return false;
      for (const QueueName of queues) {
        const { Attributes } = await call("sqs", "GetQueueAttributes", {
          QueueUrl: `${awsUrl}/${account}/${QueueName}`,
          AttributeNames: ["All"],
        });
        for (const state of ["", "NotVisible", "Delayed"])
          if (Number(Attributes[`ApproximateNumberOfMessages${state}`]) > 0) return false;
      }
      return true;
    },
    emails,
    accounts,
    token,
    administrator: keys.issue(administrator),
    hearIam: permissions.hear,
    notes: (kind) => (kind === undefined ? [...notes] : notes.filter((fact) => fact.kind === kind)),
    stop: async () => cloud.stop(),
  };
};

import { resolve } from "node:path";
import { dispatcher, router } from "../doors/api-gateway/dispatch.ts";
import { functionUrl, httpApi } from "../doors/api-gateway/front.ts";
import { createIssuer, type Issuer, type IssuerKey } from "../doors/issuer/issuer.ts";
import {
  type Credentials,
  createKeyRing,
  type Holder,
  type KeyRing,
} from "../doors/wire/credentials.ts";
import { awsEndpoint } from "../doors/wire/endpoint.ts";
import type { WireHandler } from "../doors/wire/message.ts";
import type { Clock } from "../kernel/clock.ts";
import { type Cloud, createCloud } from "../kernel/cloud.ts";
import { administrator } from "../kernel/engine.ts";
import { CannotStart } from "../kernel/refusals.ts";
import type { Entry, TraceOptions } from "../kernel/trace.ts";
import type { Code } from "../runtime/bundle.ts";
import { inlineRuntime, type Outgoing } from "../runtime/inline-runtime.ts";
import { threadRuntime } from "../runtime/thread-runtime.ts";
import { dynamoEngines, type Lags, type StreamsEngine } from "../services/dynamodb/engine.ts";
import { eventBridgeEngine } from "../services/eventbridge/engine.ts";
import { createPermissions, type Permissions, type PlaceOf } from "../services/iam/gate.ts";
import { type LambdaEngine, lambdaEngine } from "../services/lambda/engine.ts";
import type { Wake } from "../services/lambda/event-source-mappings.ts";
import type { MakeRuntime } from "../services/lambda/function.ts";
import type { FunctionUrl } from "../services/lambda/function-operations.ts";
import { schedulerEngine } from "../services/scheduler/engine.ts";
import type { Email } from "../services/ses/email.ts";
import { type SesEngine, sesEngine } from "../services/ses/engine.ts";
import { type SqsEngine, sqsEngine } from "../services/sqs/engine.ts";
import { statesEngine } from "../services/stepfunctions/engine.ts";
import { stsEngine } from "../services/sts/engine.ts";
import { apiDoor, type Pages } from "./api-door.ts";
import { type Calls, callsOf } from "./calls.ts";
import { type Answers, createResources } from "./create.ts";
import { functionEnvironment } from "./function-environment.ts";
import type { Graph } from "./graph.ts";
import { httpApisOf } from "./http-apis.ts";
import { type Latencies, latenciesGate, usualLatencies } from "./latencies.ts";
import { localiser } from "./localise.ts";
import { outgoingOf } from "./outgoing.ts";
import { pascal } from "./resources/translation.ts";

export type EmulatorOptions = {
  clock: Clock;
  graph: Graph;
  /** Where the handlers are that the graph names. */
  code: Code;
  /** Where handlers run: in threads, inside this process on the clock, or as a test has it. */
  runtime: "worker" | "inline" | MakeRuntime;
  /** Whether functions take as long to start as on AWS, and are put away when they have nothing to do for long. */
  coldStarts?: boolean | undefined;
  /** Whether handlers that change are there at the next call; threads always do that. */
  followCode?: boolean | undefined;
  /** Whether instances of functions go on in the next world of this process: for code that keeps nothing in its modules. */
  handOn?: boolean | undefined;
  /** How far eventually consistent reads and the removal of expired items lag behind. */
  lags?: Lags | undefined;
  /** How long calls take; no time where nothing is said. */
  latencies?: "usual" | Latencies | undefined;
  /** The administrator's credentials, where they are not to be new ones. */
  credentials?: Credentials | undefined;
  /** What the issuer signs with; a key of this process's own where nothing is said. */
  issuerKey?: IssuerKey | undefined;
  /** Who holds a permission, by an ARN of its: what a denied call is told with. */
  placeOf?: PlaceOf;
  /**
   * What the creation of the same graph was answered before: its resources are not created again. Whoever gives it puts back,
   * before anything is called, what that world knew.
   */
  created?: Answers | undefined;
  /** The addresses under which everything is linked. Nothing listens there unless somebody serves the handlers. */
  apiUrl?: string;
  awsUrl?: string;
  /** Where, on the API's address, the emulator's own things are: the issuer, function URLs. */
  prefix?: string;
  account?: string;
  region?: string;
  /** How the trace is kept; false where nobody will look at it. */
  trace?: TraceOptions | false | undefined;
};

/** AWS in this process, running what a graph says. */
export type Emulator = Calls & {
  cloud: Cloud;
  graph: Graph;
  /** What the calls were answered that created its resources. */
  created: Answers;
  urls: { api: string; aws: string };
  /** What to serve at `urls.api` and `urls.aws`. */
  handlers: { api: WireHandler; aws: WireHandler };
  /** Puts pages before the API: what they answer is not asked of it. */
  addPages: (pages: Pages) => void;
  /** What those pages answer; undefined for what is the API's. */
  pages: Pages;
  /** A `fetch` that reaches the addresses of this emulator in the process, and no other. */
  fetch: (input: Request | string | URL, init?: RequestInit) => Promise<Response>;
  /** Starts an environment of each function, so that the next invocations find them warm. */
  warm: () => Promise<void>;
  /**
   * How many milliseconds the clocks of functions are ahead of the time that passes, by their physical names: `Date` is, in
   * the inline runtime; timers and what AWS says are not. Nothing is kept of it.
   */
  skews: Map<string, number>;
  /** What stands in for the user pool of the graph. */
  issuer: Issuer;
  /** What was sent by e-mail, the oldest first. */
  emails: () => readonly Email[];
  administrator: Credentials;
  /** Hears every question that IAM is asked, with its answer. */
  hearIam: Permissions["hear"];
  /** What the trace still has, of one kind or of all, the oldest first. */
  notes: (kind?: string) => Entry[];
  stop: () => void;
};

/** Managed policies that grant nothing which the emulator has. */
const emptyHere = new Set(["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]);

/** What the engines tell each other beside calls: pollers are woken, function URLs are found, e-mails are shown. */
type Ties = {
  wake: Wake;
  urls: Map<string, FunctionUrl>;
  emails: () => readonly Email[];
};

const makeCloud = (
  { clock, lags, account, region, trace }: EmulatorOptions,
  awsUrl: string,
  runtime: MakeRuntime,
): { cloud: Cloud; ties: Ties } => {
  const dynamo = dynamoEngines({ lags });
  const urls = new Map<string, FunctionUrl>();
  let sqs: SqsEngine | undefined;
  let streams: StreamsEngine | undefined;
  let ses: SesEngine | undefined;
  const wake: Wake = {
    queues: (arn, listener) => sqs?.onMessages(arn, listener) ?? (() => {}),
    streams: (arn, listener) => streams?.onRecords(arn, listener) ?? (() => {}),
    settle: (arn, handles) => sqs?.settle(arn, handles),
  };
  const cloud = createCloud(
    clock,
    [
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
      lambdaEngine({ wake, urlOf: (functionName) => urls.get(functionName), runtime }),
      schedulerEngine,
      (world) => {
        ses = sesEngine(world);
        return ses;
      },
      stsEngine,
    ],
    { ...(account && { account }), ...(region && { region }), trace },
  );
  return { cloud, ties: { wake, urls, emails: () => ses?.inbox() ?? [] } };
};

/**
 * Boots AWS from a graph: engines, functions, permissions, API, issuer. Throws CannotStart, with one sentence, for a
 * graph that it cannot run.
 */
export const emulate = async (options: EmulatorOptions): Promise<Emulator> => {
  const {
    clock,
    graph,
    coldStarts,
    credentials,
    placeOf,
    apiUrl = "http://127.0.0.1:3000",
    awsUrl = "http://127.0.0.1:4566",
    prefix = "/_local",
  } = options;
  const { root, cache } = options.code;
  const code = { ...options.code, root: resolve(root), cache: resolve(cache) };
  const addresses: Record<string, WireHandler> = {};
  const refusedFrom = (from: string) => (url: string) =>
    void cloud.note({ kind: "refused-address", url, from });
  const reachFrom = (from: string) => dispatcher(addresses, refusedFrom(from));
  const outgoing: Outgoing = (...asked) =>
    outgoingOf(cloud, (from, request) => router(addresses, refusedFrom(from))(request))(...asked);
  const skews = new Map<string, number>();
  const runtime =
    options.runtime === "inline"
      ? inlineRuntime({
          ...{ code, coldStarts, outgoing, skews },
          ...{ follow: options.followCode, handOn: options.handOn },
        })
      : options.runtime === "worker"
        ? threadRuntime({
            code,
            coldStarts,
            callerOf: (key) => keys.callerOf(key),
            outgoing: {
              origins: [new URL(apiUrl).origin, new URL(awsUrl).origin],
              answer: outgoing,
            },
          })
        : options.runtime;
  const { cloud, ties } = makeCloud(options, awsUrl, runtime);
  const { account, region } = cloud;

  const holders = cloud.keeper.map<Holder>("iam.keys");
  const keys: KeyRing = createKeyRing(clock, holders);
  if (credentials) {
    const { accessKeyId, secretAccessKey } = credentials;
    holders.set(accessKeyId, { caller: administrator, secretAccessKey });
  }
  const permissions = createPermissions(cloud, placeOf);
  cloud.guard(permissions.gate);
  const { latencies } = options;
  if (latencies)
    cloud.guard(latenciesGate(cloud, latencies === "usual" ? usualLatencies : latencies), {
      acts: true,
    });

  const { replace, localise } = localiser();
  const [pool, client] = ["userPool:UserPool", "userPoolClient:UserPoolClient"].map((type) =>
    graph.resources.find((resource) => resource.type === `aws:cognito/${type}`),
  );
  const audience = client?.outputs.id ?? graph.app;
  const issuer = createIssuer(clock, `${apiUrl}${prefix}/issuer`, audience, options.issuerKey);
  if (pool) replace(`https://${pool.outputs.endpoint}`, issuer.url);

  const [first, second] = httpApisOf(graph, account, new URL(apiUrl).host, localise);
  if (second)
    throw new CannotStart(`The emulator serves one HTTP API; ${second.resource.name} is a second.`);
  if (first) {
    replace(first.resource.outputs.apiEndpoint, apiUrl);
    permissions.addSource(first.api.name, `${first.resource.outputs.executionArn}/$default`);
  }

  const functions = new Map(graph.functions.map((fn) => [fn.functionName, fn]));
  const door = apiDoor(first && httpApi(cloud, first.api, reachFrom("the API's authorizer")));
  door.mount(issuer.url, issuer.handle);
  const shortName = (functionName: string) => functions.get(functionName)?.name ?? functionName;

  const boot: Parameters<typeof createResources>[2] = {
    replace,
    localise,
    functions,
    environmentOf: functionEnvironment({ keys, localise, awsUrl, region }),
    addRole(arn, policies, managed) {
      const unknown = managed.find((policy) => !emptyHere.has(policy));
      if (unknown) throw new CannotStart(`The emulator does not know the policy ${unknown}.`);
      permissions.addRole(arn, policies);
    },
    urlOf: (functionName) => `${apiUrl}${prefix}/functions/${shortName(functionName)}`,
    addFunctionUrl({ functionName, address, cors }) {
      ties.urls.set(functionName, {
        address,
        ...(cors !== undefined && { cors: pascal(cors) as object }),
      });
      const front = {
        apiId: shortName(functionName).toLowerCase(),
        accountId: account,
        domainName: new URL(apiUrl).host,
        stage: "$default",
      };
      door.mount(address, functionUrl(cloud, { functionName, cors: cors as never, front }));
    },
  };
  const created = await createResources(graph, cloud, boot, options.created);

  const handlers = { aws: awsEndpoint(cloud, keys), api: door.handle };
  addresses[new URL(apiUrl).origin] = handlers.api;
  addresses[new URL(awsUrl).origin] = handlers.aws;

  return {
    cloud,
    graph,
    created,
    urls: { api: apiUrl, aws: awsUrl },
    handlers,
    addPages: door.addPages,
    pages: door.pages,
    fetch: reachFrom("outside"),
    ...callsOf(cloud, graph),
    skews,
    warm: () => (cloud.engines.lambda as LambdaEngine).warm(),
    issuer,
    emails: ties.emails,
    administrator: keys.issue(administrator),
    hearIam: permissions.hear,
    notes(kind) {
      const all = cloud.trace.entries(0, Number.POSITIVE_INFINITY);
      return kind === undefined ? all : all.filter((entry) => entry.kind === kind);
    },
    stop: () => cloud.stop(),
  };
};

import { describe, expect, test } from "vitest";
import type { Call } from "../kernel/engine.ts";
import { createResources } from "./create.ts";
import { checkGraph, type Graph, type Resource } from "./graph.ts";
import { httpApisOf } from "./http-apis.ts";
import { localiser } from "./localise.ts";
import type { Boot } from "./resources/translation.ts";

const graphOf = (
  resources: Partial<Resource>[],
  functions: Partial<Graph["functions"][0]>[] = [],
) => checkGraph({ version: 1, app: "acmecorp", stage: "test", resources, functions });

const resource = (type: string, inputs: object, outputs: object = {}) => ({
  type,
  name: "Thing",
  inputs,
  outputs,
});

/** Creates a graph, and answers with the API calls that were made. */
const create = async (graph: Graph, answers: Record<string, object> = {}) => {
  const calls: Call[] = [];
  const { replace, localise } = localiser();
  await createResources(
    graph,
    {
      call: async (call) => {
        calls.push(call);
        return answers[call.operation] ?? {};
      },
    },
    {
      replace,
      localise,
      functions: new Map(graph.functions.map((fn) => [fn.functionName, fn])),
      environmentOf: (fn) => ({ LINKS: JSON.stringify(localise(fn.links)) }),
      addRole: () => {},
      addFunctionUrl: () => {},
      urlOf: (name) => `http://127.0.0.1:3000/_local/functions/${name}`,
    } satisfies Omit<Boot, "call">,
  );
  return { calls };
};

describe("what is in the graph is created by AWS's own operations", () => {
  test("a table with its key, index, stream and time to live", async () => {
    const streamArn = "arn:aws:dynamodb:us-east-1:123456789012:table/T/stream/graph";
    const LatestStreamArn = "arn:aws:dynamodb:us-east-1:123456789012:table/T/stream/now";
    const { calls } = await create(
      graphOf([
        resource(
          "aws:dynamodb/table:Table",
          {
            name: "T",
            attributes: [
              { name: "pk", type: "S" },
              { name: "sk", type: "S" },
            ],
            hashKey: "pk",
            rangeKey: "sk",
            billingMode: "PAY_PER_REQUEST",
            globalSecondaryIndexes: [{ name: "i", hashKey: "sk", projectionType: "KEYS_ONLY" }],
            localSecondaryIndexes: [],
            streamEnabled: true,
            streamViewType: "NEW_IMAGE",
            ttl: { enabled: true, attributeName: "expiresAt" },
            pointInTimeRecovery: { enabled: true },
            deletionProtectionEnabled: true,
          },
          { streamArn },
        ),
        resource("aws:lambda/eventSourceMapping:EventSourceMapping", {
          eventSourceArn: streamArn,
          functionName: "F",
          destinationConfig: { onFailure: { destinationArn: "arn:dlq" } },
          filterCriteria: { filters: [{ pattern: "{}" }] },
        }),
      ]),
      { CreateTable: { TableDescription: { LatestStreamArn } } },
    );
    expect(calls.map(({ operation, input }) => [operation, input])).toEqual([
      [
        "CreateTable",
        {
          TableName: "T",
          AttributeDefinitions: [
            { AttributeName: "pk", AttributeType: "S" },
            { AttributeName: "sk", AttributeType: "S" },
          ],
          KeySchema: [
            { AttributeName: "pk", KeyType: "HASH" },
            { AttributeName: "sk", KeyType: "RANGE" },
          ],
          BillingMode: "PAY_PER_REQUEST",
          GlobalSecondaryIndexes: [
            {
              IndexName: "i",
              KeySchema: [{ AttributeName: "sk", KeyType: "HASH" }],
              Projection: { ProjectionType: "KEYS_ONLY" },
            },
          ],
          StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
          LatestStreamLabel: "graph",
          DeletionProtectionEnabled: true,
        },
      ],
      [
        "UpdateTimeToLive",
        {
          TableName: "T",
          TimeToLiveSpecification: { Enabled: true, AttributeName: "expiresAt" },
        },
      ],
      [
        "UpdateContinuousBackups",
        {
          TableName: "T",
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      ],
      [
        "CreateEventSourceMapping",
        {
          EventSourceArn: LatestStreamArn,
          FunctionName: "F",
          FilterCriteria: { Filters: [{ Pattern: "{}" }] },
          DestinationConfig: { OnFailure: { Destination: "arn:dlq" } },
        },
      ],
    ]);
  });

  test("dead-letter queues before the queues that name them, with links to local addresses", async () => {
    const url = "https://sqs.us-east-1.amazonaws.com/1/Q";
    const { calls } = await create(
      graphOf(
        [
          resource("aws:lambda/function:Function", { name: "F", role: "arn:role", timeout: 5 }),
          resource("aws:sqs/queue:Queue", { name: "Q", redrivePolicy: "{}" }, { url }),
          resource("aws:sqs/queue:Queue", { name: "QDlq", delaySeconds: 0 }),
        ],
        [
          {
            name: "Do",
            functionName: "F",
            handler: "services/x/src/handlers/do.handler",
            links: { Q: { url } },
          },
        ],
      ),
      { CreateQueue: { QueueUrl: "http://127.0.0.1:4566/1/Q" } },
    );
    expect(calls.map(({ input }) => input.QueueName ?? input.FunctionName)).toEqual([
      "QDlq",
      "Q",
      "F",
    ]);
    expect(calls[0]?.input.Attributes).toEqual({ DelaySeconds: "0" });
    expect(calls[2]?.input).toMatchObject({
      HandlerFile: "services/x/src/handlers/do.ts",
      Handler: "do.handler",
      Timeout: 5,
      Environment: { Variables: { LINKS: '{"Q":{"url":"http://127.0.0.1:4566/1/Q"}}' } },
    });
  });

  test("a rule and its targets", async () => {
    const { calls } = await create(
      graphOf([
        resource(
          "aws:cloudwatch/eventRule:EventRule",
          { name: "R", eventBusName: "Bus", eventPattern: "{}" },
          { arn: "arn:rule" },
        ),
        resource("aws:cloudwatch/eventTarget:EventTarget", {
          rule: "R",
          eventBusName: "Bus",
          targetId: "T",
          arn: "arn:queue",
          retryPolicy: { maximumRetryAttempts: 3 },
          deadLetterConfig: { arn: "arn:dlq" },
        }),
      ]),
      { PutTargets: { FailedEntryCount: 0 } },
    );
    expect(calls[1]?.input).toEqual({
      Rule: "R",
      EventBusName: "Bus",
      Targets: [
        {
          Id: "T",
          Arn: "arn:queue",
          RetryPolicy: { MaximumRetryAttempts: 3 },
          DeadLetterConfig: { Arn: "arn:dlq" },
        },
      ],
    });
  });
});

describe("what cannot be run is named in one sentence", () => {
  test.each([
    [
      "a type",
      graphOf([resource("aws:kinesis/stream:Stream", {})]),
      "The emulator does not have aws:kinesis/stream:Stream, which the graph has as Thing.",
    ],
    [
      "an input",
      graphOf([resource("aws:sqs/queue:Queue", { name: "Q", futureSetting: 1 })]),
      'The emulator does not have "futureSetting" of aws:sqs/queue:Queue (Thing).',
    ],
    [
      "a function without code",
      graphOf([resource("aws:lambda/function:Function", { name: "F" })]),
      "The graph does not say where the code of Thing is.",
    ],
  ])("%s", async (_title, graph, sentence) => {
    await expect(create(graph)).rejects.toThrow(sentence);
  });

  test("what an engine refuses", async () => {
    const graph = graphOf([resource("aws:cloudwatch/eventBus:EventBus", { name: "B" })]);
    const parts = { localise: (value: unknown) => value } as never;
    const call = async () => {
      throw new Error("no such thing");
    };
    await expect(createResources(graph, { call }, parts)).rejects.toThrow(
      "aws:cloudwatch/eventBus:EventBus Thing could not be created: no such thing",
    );
  });

  test.each([
    ["no object", [], "is not a JSON object"],
    ["another version", { version: 9 }, "has version 9; this emulator reads 1"],
    ["no functions", { version: 1, resources: [] }, 'has no list "functions"'],
    [
      "a resource without a type",
      { version: 1, functions: [], resources: [{ name: "x" }] },
      "has a resource without type or name (number 1)",
    ],
    [
      "a function without a handler",
      { version: 1, resources: [], functions: [{ name: "F", functionName: "f" }] },
      "has a function without handler (number 1)",
    ],
  ])("a graph with %s", (_title, graph, words) => {
    expect(() => checkGraph(graph, "g.json")).toThrow(`g.json ${words}`);
  });
});

test("an API is read with its routes, integrations and stage", () => {
  const api = (routeInputs: object, authorizerInputs = {}, stageInputs = {}) =>
    httpApisOf(
      graphOf([
        resource("aws:apigatewayv2/api:Api", { name: "acme", protocolType: "HTTP" }, { id: "a" }),
        resource(
          "aws:apigatewayv2/integration:Integration",
          {
            apiId: "a",
            integrationType: "AWS_PROXY",
            payloadFormatVersion: "2.0",
            integrationUri: "arn:aws:lambda:us-east-1:1:function:F",
          },
          { id: "i" },
        ),
        resource("aws:apigatewayv2/route:Route", {
          apiId: "a",
          routeKey: "GET /x",
          target: "integrations/i",
          ...routeInputs,
        }),
        resource(
          "aws:apigatewayv2/authorizer:Authorizer",
          {
            apiId: "a",
            authorizerType: "JWT",
            identitySources: ["$request.header.Authorization"],
            jwtConfiguration: { issuer: "https://issuer.example", audiences: ["acme"] },
            ...authorizerInputs,
          },
          { id: "z" },
        ),
        resource("aws:apigatewayv2/stage:Stage", {
          apiId: "a",
          name: "$default",
          defaultRouteSettings: { throttlingRateLimit: 10, throttlingBurstLimit: 20 },
          ...stageInputs,
        }),
      ]),
      "1",
      "127.0.0.1",
      (value) => JSON.parse(JSON.stringify(value).replaceAll("https://issuer", "http://local")),
    )[0]?.api;
  expect(api({})).toMatchObject({
    routes: [{ routeKey: "GET /x", functionName: "F" }],
    throttle: { rate: 10, burst: 20 },
  });
  expect(() => api({ target: "integrations/none" })).toThrow("has no integration");

  const signedIn = { authorizationType: "JWT", authorizerId: "z" };
  expect(api(signedIn)?.routes[0]?.authorizer).toEqual({
    issuer: "http://local.example",
    audiences: ["acme"],
    header: "authorization",
  });
  expect(() => api({ ...signedIn, authorizerId: "y" })).toThrow("has no authorizer y");
  expect(() => api({ ...signedIn, authorizationScopes: ["read"] })).toThrow("scopes");
  expect(() => api({ authorizationType: "AWS_IAM" })).toThrow("authorization AWS_IAM");
  expect(() => api(signedIn, { authorizerType: "REQUEST" })).toThrow("authorizer type REQUEST");
  expect(() => api(signedIn, { identitySources: ["$request.querystring.token"] })).toThrow(
    "identity sources $request.querystring.token",
  );

  const own = (routeKey: string, more = {}) =>
    api({}, {}, { routeSettings: [{ routeKey, throttlingRateLimit: 1, ...more }] });
  expect(own("GET /x", { throttlingBurstLimit: 2 })?.routes[0]).toMatchObject({
    throttle: { rate: 1, burst: 2 },
  });
  expect(own("GET /x")?.routes[0]?.throttle).toEqual({ rate: 1, burst: 5_000 });
  expect(() => own("GET /y")).toThrow("Unable to find Route by key GET /y");

  for (const routeKey of [undefined, 5, {}, "", "GET", "get /x", "GET x"])
    expect(() => api({ routeKey })).toThrow('A route of Thing has no key such as "GET /things".');
});

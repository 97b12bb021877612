import { describe, expect, it } from "vitest";
import { all, byArn, graph, named, rightsOf } from "./synth/read-graph.ts";

const functions = all("Function");
const roleOf = (arn: string) => byArn(arn);

describe("every function", () => {
  it.each(named(functions))("%s has a role of its own, which only Lambda can assume", (_, fn) => {
    expect(functions.filter(({ inputs }) => inputs.role === fn.inputs.role)).toEqual([fn]);
    const role = roleOf(fn.inputs.role);
    expect(role.inputs.managedPolicyArns).toEqual([]);
    expect(JSON.parse(role.inputs.assumeRolePolicy).Statement).toEqual([
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "lambda.amazonaws.com" },
      },
    ]);
  });

  it.each(named(functions))("%s may do exact things to exact resources", (_, fn) => {
    for (const { Effect, actions, resources } of rightsOf(roleOf(fn.inputs.role))) {
      expect(Effect).toBe("Allow");
      for (const action of actions) expect(action).toMatch(/^[a-z]+:[A-Za-z]+$/);
      // The streams of its own log and the executions of a state machine have names that nobody knows before.
      for (const resource of resources)
        expect(resource).toMatch(/^arn:aws:(?:(?:logs|states):[^*]+:\*|(?!logs)[^*]+)$/);
    }
  });

  it.each(named(functions))("%s touches only the tables of its own context", (_, fn) => {
    const tables = rightsOf(roleOf(fn.inputs.role))
      .flatMap(({ resources }) => resources)
      .filter((arn) => arn.includes(":dynamodb:"))
      .map((arn) => byArn(arn.replace(/\/(?:index|stream)\/.+$/, "")));
    for (const table of tables) expect(table.inputs.tags.context).toBe(fn.inputs.tags.context);
  });

  it.each(graph.functions.map((fn) => [fn.name, fn] as const))(
    "%s finds nothing under `Resource` that belongs to another context's storage",
    (_, { links, handler }) => {
      const context = handler.split("/")[1];
      for (const [name, { type }] of Object.entries(links)) {
        if (type !== "sst.aws.Dynamo") continue;
        const table = all("Table").find((resource) => resource.name === `${name}Table`);
        expect(table?.inputs.tags.context, name).toBe(context);
      }
    },
  );
});

describe("the other roles", () => {
  it("of a state machine invokes the functions of its ladder and no others", () => {
    for (const { inputs } of all("StateMachine")) {
      const steps = [...inputs.definition.matchAll(/"FunctionName": "([^"]+)"/g)].map(
        ([, arn]) => arn,
      );
      const [invoke, unscoped, ...others] = rightsOf(roleOf(inputs.roleArn));
      expect(others).toEqual([]);
      expect(invoke?.actions).toEqual(["lambda:InvokeFunction"]);
      expect(invoke?.resources.toSorted()).toEqual([...new Set(steps)].sort());
      // Log delivery and X-Ray know no resources.
      for (const action of unscoped?.actions ?? []) expect(action).toMatch(/^(?:logs|xray):\w+$/);
    }
  });

  it("of a schedule invokes its function and fills its dead-letter queue", () => {
    for (const { inputs } of all("Schedule"))
      expect(rightsOf(roleOf(inputs.target.roleArn))).toMatchObject([
        { actions: ["lambda:InvokeFunction"], resources: [inputs.target.arn] },
        { actions: ["sqs:SendMessage"], resources: [inputs.target.deadLetterConfig.arn] },
      ]);
  });
});

describe("trust", () => {
  it("is given to a service only for this account, where AWS says that it tells for which it works", () => {
    const trusted = all("Role").map(
      ({ name, inputs }) => [name, JSON.parse(inputs.assumeRolePolicy).Statement] as const,
    );
    const others = trusted.filter(
      ([, [statement]]) => statement.Principal.Service !== "lambda.amazonaws.com",
    );
    expect(others.length).toBeGreaterThanOrEqual(8);
    for (const [name, statements] of others)
      expect(statements, name).toEqual([
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { Service: expect.stringMatching(/^(?:states|scheduler)\.amazonaws\.com$/) },
          Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
        },
      ]);
  });
});

describe("from outside", () => {
  it("only the API, our rules, our user pool and the sandbox provider's address invoke a function", () => {
    const [byUrl, byArnOnly] = [true, false].map((url) =>
      all("Permission").filter(({ inputs }) => (inputs.principal === "*") === url),
    );
    for (const { inputs } of byUrl ?? []) expect(inputs.function).toContain("ProviderApi");
    for (const { inputs } of byArnOnly ?? []) {
      expect([
        "apigateway.amazonaws.com",
        "events.amazonaws.com",
        "cognito-idp.amazonaws.com",
      ]).toContain(inputs.principal);
      expect(inputs.sourceArn).toMatch(/^arn:aws:(?:execute-api|events|cognito-idp):/);
    }
  });

  it("a browser may come from one origin", () => {
    const [api] = all("Api");
    expect(api?.inputs.corsConfiguration.allowOrigins).toHaveLength(1);
    expect(JSON.stringify(api?.inputs.corsConfiguration)).not.toContain("*");
    const [stage] = all("Stage");
    expect(stage?.inputs.accessLogSettings.destinationArn).toContain("/aws/vendedlogs/apis/");
  });

  it("nobody comes to a private route without a token of the user pool", () => {
    const [authorizer, ...others] = all("Authorizer");
    expect(others).toEqual([]);
    const [[pool], [client]] = [all("UserPool"), all("UserPoolClient")];
    expect(authorizer?.inputs).toMatchObject({
      authorizerType: "JWT",
      identitySources: ["$request.header.Authorization"],
      jwtConfiguration: {
        issuer: `https://${pool?.outputs.endpoint}`,
        audiences: [client?.outputs.id],
      },
    });
    const open = all("Route").filter(({ inputs }) => inputs.authorizationType !== "JWT");
    expect(open.map(({ inputs }) => inputs.routeKey).sort()).toEqual([
      "GET /openapi.json",
      "GET /products",
      "GET /products/{productId}",
      "POST /webhooks/payments",
    ]);
    for (const { inputs } of all("Route").filter((route) => !open.includes(route)))
      expect(inputs.authorizerId, inputs.routeKey).toBe(authorizer?.outputs.id);
  });

  it("nobody takes another's turn: each route has its own pace, and webhooks more than twice that of orders", () => {
    const [stage] = all("Stage");
    const { defaultRouteSettings, routeSettings } = stage?.inputs ?? {};
    expect(defaultRouteSettings.throttlingRateLimit).toBeLessThanOrEqual(100);
    const paces = new Map<string, { rate: number; burst: number }>(
      routeSettings.map(
        (settings: {
          routeKey: string;
          throttlingRateLimit: number;
          throttlingBurstLimit: number;
        }) => [
          settings.routeKey,
          { rate: settings.throttlingRateLimit, burst: settings.throttlingBurstLimit },
        ],
      ),
    );
    expect([...paces.keys()].sort()).toEqual(
      all("Route")
        .map(({ inputs }) => inputs.routeKey)
        .sort(),
    );
    const [orders, webhooks] = ["POST /orders", "POST /webhooks/payments"].map((key) =>
      paces.get(key),
    );
    // One for the authorisation, one for the capture; and some come twice.
    expect(webhooks?.rate).toBeGreaterThan(2 * (orders?.rate ?? Infinity));
    expect(webhooks?.burst).toBeGreaterThan(2 * (orders?.burst ?? Infinity));
    for (const [routeKey, { rate }] of paces) expect(rate, routeKey).toBeLessThanOrEqual(200);
  });

  it("is logged without personal data", () => {
    const [stage] = all("Stage");
    const { format } = stage?.inputs.accessLogSettings ?? {};
    expect(Object.keys(JSON.parse(format))).toContain("requestId");
    expect(format).not.toMatch(/identity|sourceIp|userAgent|authorizer/);
  });

  it("no secret stands in an environment variable", () => {
    const secrets = graph.functions.flatMap(({ links }) =>
      Object.values(links).flatMap(({ type, value }) =>
        type === "sst.sst.Secret" && value ? [value] : [],
      ),
    );
    const environments = JSON.stringify(graph.functions.map(({ environment }) => environment));
    expect(new Set(secrets).size).toBeGreaterThanOrEqual(2);
    for (const secret of secrets) expect(environments).not.toContain(secret);
  });
});

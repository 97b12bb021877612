import { expect, test } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud, type Fact } from "../../kernel/cloud.ts";
import { administrator, type Caller, type Engine } from "../../kernel/engine.ts";
import { tellDenial } from "./denial.ts";
import { createPermissions, type Place } from "./gate.ts";

const table = "arn:aws:dynamodb:us-east-1:123456789012:table/Things";
const queue = "arn:aws:sqs:us-east-1:123456789012:Views";
const rule = "arn:aws:events:us-east-1:123456789012:rule/Bus/Views";
const role = "arn:aws:iam::123456789012:role/Api";
const fn = { name: "Api", role };
const mapped = "arn:aws:iam::123456789012:role/Mapped";

const engine = (service: string, operations: string[]) => (): Engine => ({
  service,
  operations: Object.fromEntries(operations.map((operation) => [operation, () => "done"])),
});

const setUp = (...statements: object[]) => {
  const cloud = createCloud(virtualClock(), [
    engine("dynamodb", ["GetItem", "Query", "TransactWriteItems", "BatchWriteItem"]),
    engine("streams", ["GetRecords"]),
    engine("sqs", ["SendMessage", "SendMessageBatch", "ReceiveMessage", "SetQueueAttributes"]),
    engine("events", ["PutEvents"]),
    engine("states", ["SendTaskSuccess", "StartExecution"]),
    engine("lambda", ["Invoke"]),
    engine("ses", ["SendEmail"]),
  ]);
  const places: Record<string, Place> = {
    [mapped]: { name: "Mapped", kind: "function", context: "things", file: "roles/things.ts" },
    [queue]: { name: "Views", kind: "queue", context: "read-side", file: "roles/read-side.ts" },
  };
  const permissions = createPermissions(cloud, (arn) => places[arn]);
  permissions.addRole(role, [JSON.stringify({ Version: "2012-10-17", Statement: statements })]);
  cloud.guard(permissions.gate);
  const facts: Fact[] = [];
  cloud.observe((fact) => facts.push(fact));
  const call = (service: string, operation: string, input: object, caller = fn) =>
    cloud.call({ caller, service, operation, input });
  return { call, facts, permissions };
};
const allow = (Action: string | string[], Resource: string | string[]) => ({
  Effect: "Allow",
  Action,
  Resource,
});

test("what a role's policy allows passes, anything else is denied in AWS's words", async () => {
  const { call, facts } = setUp(allow("dynamodb:GetItem", table));
  expect(await call("dynamodb", "GetItem", { TableName: "Things" })).toBe("done");
  await expect(call("dynamodb", "GetItem", { TableName: "Payments" })).rejects.toMatchObject({
    code: "AccessDeniedException",
    status: 400,
    message:
      "User: arn:aws:sts::123456789012:assumed-role/Api/Api is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/Payments because no identity-based policy allows the dynamodb:GetItem action",
  });
  expect(facts).toMatchObject([
    {
      kind: "iam.denied",
      caller: "Api",
      policyOf: role,
      file: undefined,
      missing: {
        Effect: "Allow",
        Action: "dynamodb:GetItem",
        Resource: "arn:aws:dynamodb:us-east-1:123456789012:table/Payments",
      },
    },
  ]);
});

test("a denial is told in one line: who, what, the missing statement, and the file where it belongs", async () => {
  const { call, facts } = setUp();
  const read = (caller: Caller) => call("dynamodb", "GetItem", { TableName: "Things" }, caller);
  const send = (caller: Caller) =>
    call("sqs", "SendMessage", { QueueUrl: "http://x/1/Views" }, caller);
  await expect(read({ name: "Mapped", role: mapped })).rejects.toThrow("not authorized");
  await expect(send({ name: rule, role: "events.amazonaws.com" })).rejects.toThrow(
    "not authorized",
  );
  await expect(read(fn)).rejects.toThrow("not authorized");
  expect(facts.map(tellDenial)).toEqual([
    `Denied: Mapped may not dynamodb:GetItem on ${table}. Missing in roles/things.ts (Mapped): {"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"${table}"}`,
    `Denied: ${rule} may not sqs:SendMessage on ${queue}. Missing in roles/read-side.ts (Views): {"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"${queue}","Condition":{"ArnEquals":{"aws:SourceArn":"${rule}"}}}`,
    `Denied: Api may not dynamodb:GetItem on ${table}. Missing in the policies of ${role}, which stand in no file (by hand, take arn:aws:iam::123456789012:role/administrator, which may do all): {"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"${table}"}`,
  ]);
});

test("the statement that a denial misses allows the call", async () => {
  const { call, facts, permissions } = setUp();
  const read = () => call("dynamodb", "GetItem", { TableName: "Things" });
  await expect(read()).rejects.toThrow("not authorized");
  permissions.addRole(role, [JSON.stringify({ Statement: [facts[0]?.missing] })]);
  expect(await read()).toBe("done");
});

test("a transaction needs the right of each of its items on its table", async () => {
  const { call } = setUp(
    allow(["dynamodb:PutItem", "dynamodb:ConditionCheckItem"], table),
    allow("dynamodb:PutItem", `${table}Outbox`),
  );
  const write = (...TransactItems: object[]) =>
    call("dynamodb", "TransactWriteItems", { TransactItems });
  const put = (TableName: string) => ({ Put: { TableName } });
  expect(
    await write(put("Things"), put("ThingsOutbox"), { ConditionCheck: { TableName: "Things" } }),
  ).toBe("done");
  await expect(write(put("Things"), { Delete: { TableName: "Things" } })).rejects.toThrow(
    "dynamodb:DeleteItem",
  );
  await expect(
    write(put("Things"), { ConditionCheck: { TableName: "ThingsOutbox" } }),
  ).rejects.toThrow("dynamodb:ConditionCheckItem");
});

test("an index is a resource of its own", async () => {
  const { call } = setUp(allow("dynamodb:Query", table));
  const byIndex = { TableName: "Things", IndexName: "open" };
  expect(await call("dynamodb", "Query", { TableName: "Things" })).toBe("done");
  await expect(call("dynamodb", "Query", byIndex)).rejects.toThrow("table/Things/index/open");
  const wild = setUp(allow("dynamodb:Query", `${table}/index/*`));
  expect(await wild.call("dynamodb", "Query", byIndex)).toBe("done");
});

test("actions are matched without regard to case, with wildcards", async () => {
  const { call } = setUp(allow("DYNAMODB:get*", "*"));
  expect(await call("dynamodb", "GetItem", { TableName: "Things" })).toBe("done");
});

test("an explicit deny wins", async () => {
  const { call, facts } = setUp(allow("dynamodb:*", "*"), {
    ...allow("dynamodb:GetItem", table),
    Effect: "Deny",
  });
  await expect(call("dynamodb", "GetItem", { TableName: "Things" })).rejects.toThrow(
    "with an explicit deny",
  );
  expect(facts[0]?.missing).toBeUndefined();
  expect(facts.map(tellDenial)).toEqual([expect.stringContaining("A Deny forbids it in")]);
});

test("each service's calls need the rights of the Service Authorization Reference", async () => {
  const { call } = setUp(
    allow("sqs:SendMessage", queue),
    allow("events:PutEvents", "arn:aws:events:us-east-1:123456789012:event-bus/Bus"),
    allow("states:SendTaskSuccess", "arn:aws:states:us-east-1:123456789012:stateMachine:M"),
    allow("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:Find"),
    allow("ses:SendEmail", "arn:aws:ses:us-east-1:123456789012:identity/acme@acmecorp.example"),
    allow("dynamodb:GetRecords", `${table}/stream/2026`),
  );
  const url = "http://127.0.0.1:4566/123456789012/Views";
  await call("sqs", "SendMessage", { QueueUrl: url });
  await call("sqs", "SendMessageBatch", { QueueUrl: url });
  await call("events", "PutEvents", { Entries: [{ EventBusName: "Bus" }] });
  await call("states", "SendTaskSuccess", { taskToken: "opaque" });
  await call("lambda", "Invoke", { FunctionName: "Find" });
  await call("ses", "SendEmail", { FromEmailAddress: "Acme Corp <acme@acmecorp.example>" });
  await call("streams", "GetRecords", { ShardIterator: `${table}/stream/2026|1|x` });

  const denied = [
    ["sqs", "ReceiveMessage", { QueueUrl: url }],
    ["events", "PutEvents", { Entries: [{ EventBusName: "Bus" }, {}] }],
    ["lambda", "Invoke", { FunctionName: "Other" }],
    ["ses", "SendEmail", { FromEmailAddress: "ceo@acmecorp.example" }],
    ["states", "StartExecution", { stateMachineArn: "arn:aws:states:::stateMachine:M" }],
  ] as const;
  for (const [service, operation, input] of denied)
    await expect(call(service, operation, input), operation).rejects.toThrow("not authorized");
});

test("a queue's own policy lets the rule in that it names, and no other", async () => {
  const { call } = setUp();
  const Policy = JSON.stringify({
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queue,
        Condition: { ArnEquals: { "AWS:SourceArn": rule } },
      },
    ],
  });
  const QueueUrl = "http://x/1/Views";
  await call("sqs", "SetQueueAttributes", { QueueUrl, Attributes: { Policy } }, administrator);
  const send = (name: string, role = "events.amazonaws.com") =>
    call("sqs", "SendMessage", { QueueUrl: "http://x/1/Views" }, { name, role });
  expect(await send(rule)).toBe("done");
  await expect(send(`${rule}Other`)).rejects.toThrow(
    "no resource-based policy allows the sqs:sendmessage action",
  );
  await expect(send(rule, "scheduler.amazonaws.com")).rejects.toThrow("not authorized");
  await call("sqs", "SetQueueAttributes", { QueueUrl, Attributes: { Policy: "" } }, administrator);
  await expect(send(rule)).rejects.toThrow("not authorized");
});

test("a queue's policy that asks for which account it is never lets EventBridge in", async () => {
  const { call } = setUp();
  const send = async (key: string, value: string) => {
    const statement = { ...allow("sqs:SendMessage", queue), Principal: "*" };
    const Policy = JSON.stringify({
      Statement: [{ ...statement, Condition: { StringEquals: { [key]: value } } }],
    });
    const QueueUrl = "http://x/1/Views";
    await call("sqs", "SetQueueAttributes", { QueueUrl, Attributes: { Policy } }, administrator);
    return call("sqs", "SendMessage", { QueueUrl }, { name: rule, role: "events.amazonaws.com" });
  };
  expect(await send("aws:SourceArn", rule)).toBe("done");
  await expect(send("aws:SourceAccount", "123456789012")).rejects.toThrow("not authorized");
});

test("a queue's policy that cannot be evaluated is refused by name, and not set", async () => {
  const { call } = setUp();
  const statement = { ...allow("sqs:SendMessage", queue), Principal: "*" };
  const Policy = JSON.stringify({
    Statement: [{ ...statement, Condition: { DateLessThan: { "aws:CurrentTime": "2030" } } }],
  });
  const set = { QueueUrl: "http://x/1/Views", Attributes: { Policy } };
  await expect(call("sqs", "SetQueueAttributes", set, administrator)).rejects.toMatchObject({
    code: "NotEmulated",
    message: expect.stringContaining("the condition operator DateLessThan"),
  });
  await expect(call("sqs", "SendMessage", set)).rejects.toThrow("not authorized");
});

test("the administrator may do everything", async () => {
  const { call } = setUp();
  expect(await call("dynamodb", "GetItem", { TableName: "Any" }, administrator)).toBe("done");
});

test("what is made by hand may take the role administrator", async () => {
  const { call } = setUp();
  const caller = { name: "toys", role: "arn:aws:iam::123456789012:role/administrator" };
  expect(await call("dynamodb", "GetItem", { TableName: "Any" }, caller)).toBe("done");
});

test("rules of one name on two buses are told apart", async () => {
  const { call } = setUp();
  const statement = {
    ...allow("sqs:SendMessage", queue),
    Principal: { Service: "events.amazonaws.com" },
    Condition: { ArnEquals: { "aws:SourceArn": rule } },
  };
  const QueueUrl = "http://x/1/Views";
  const Policy = JSON.stringify({ Statement: [statement] });
  await call("sqs", "SetQueueAttributes", { QueueUrl, Attributes: { Policy } }, administrator);
  const send = (source: string) =>
    call("sqs", "SendMessage", { QueueUrl }, {
      name: "rule Views",
      role: "events.amazonaws.com",
      source,
    } as Caller);
  expect(await send(rule)).toBe("done");
  await expect(send(rule.replace("/Bus/", "/Other/"))).rejects.toThrow("not authorized");
});

const asQueuePolicy = (Policy: string) => {
  const { call } = setUp();
  const set = { QueueUrl: "http://x/1/Views", Attributes: { Policy } };
  return call("sqs", "SetQueueAttributes", set, administrator);
};
const deep = "[".repeat(30_000) + "]".repeat(30_000);

test.each([
  ["no JSON", "{"],
  ["no object", "null"],
  ["a list", "[]"],
  ["a statement that is a text", '{"Statement":"x"}'],
  ["no effect", '{"Statement":{"Action":"sqs:*"}}'],
  ["an action without a bottom", `{"Statement":{"Effect":"Allow","Action":${deep}}}`],
  ["a resource that is an object", '{"Statement":{"Effect":"Allow","Resource":{"toString":1}}}'],
  ["a principal in lists", `{"Statement":{"Effect":"Allow","Principal":{"AWS":${deep}}}}`],
  ["a principal that is a list", '{"Statement":{"Effect":"Allow","Principal":["*"]}}'],
  ["a condition that is a text", '{"Statement":{"Effect":"Allow","Condition":"x"}}'],
  [
    "a condition's value in lists",
    `{"Statement":{"Effect":"Allow","Condition":{"StringLike":{"a:b":${deep}}}}}`,
  ],
])("a queue's policy that is none is refused: %s", async (_what, policy) => {
  await expect(asQueuePolicy(policy)).rejects.toMatchObject({
    code: "InvalidAttributeValue",
    message: "Invalid value for the parameter Policy.",
    status: 400,
  });
});

test("a variable, and an operator with a name of Object's, are refused by name", async () => {
  const variable = allow("sqs:SendMessage", `arn:aws:sqs:::$${"{aws:username}"}`);
  await expect(asQueuePolicy(JSON.stringify({ Statement: variable }))).rejects.toThrow(
    "the variable in",
  );
  const odd = { ...allow("sqs:*", "*"), Condition: { constructor: { a: "b" } } };
  await expect(asQueuePolicy(JSON.stringify({ Statement: odd }))).rejects.toThrow(
    "the condition operator constructor",
  );
});

test("a condition's value may be a boolean of JSON", async () => {
  const { call } = setUp();
  const statement = {
    ...allow("sqs:SendMessage", queue),
    Principal: "*",
    Condition: { Bool: { "lambda:InvokedViaFunctionUrl": false } },
  };
  const QueueUrl = "http://x/1/Views";
  const Policy = JSON.stringify({ Statement: [statement] });
  await call("sqs", "SetQueueAttributes", { QueueUrl, Attributes: { Policy } }, administrator);
  expect(await call("sqs", "SendMessage", { QueueUrl })).toBe("done");
});

test("a policy that cannot be evaluated is refused when it is read", () => {
  const { permissions } = setUp();
  const policy = (extra: object) =>
    JSON.stringify({ Statement: [{ ...allow("a:B", "*"), ...extra }] });
  expect(() => permissions.addRole("r", [policy({ Condition: { IpAddress: {} } })])).toThrow(
    "the condition operator IpAddress",
  );
  expect(() => permissions.addRole("r", [policy({ NotAction: "a:C" })])).toThrow("NotAction");
});

import { matches, validatePattern } from "emulator/services/eventbridge/patterns";
import { describe, expect, it } from "vitest";
import { catalogue } from "../packages/events/src/catalogue.ts";
import openapi from "../services/read-side/src/openapi.json" with { type: "json" };
import { all, byArn, named } from "./synth/read-graph.ts";
import whoHearsWhat from "./who-hears-what.json" with { type: "json" };

const rules = all("EventRule");
const onOurBus = rules.filter(({ inputs }) => inputs.eventBusName);

/** An event of a contract as EventBridge delivers it. */
const sample = (type: string) => ({
  version: "0",
  id: "0c1d1f4e-0000-4000-8000-000000000000",
  source: `petstore.${type.split(".")[0]}`,
  "detail-type": type,
  account: "123456789012",
  region: "us-east-1",
  time: "2026-01-01T00:00:00Z",
  resources: [],
  detail: { type },
});

const hear = (type: string) =>
  onOurBus
    .filter(({ inputs }) => matches(JSON.parse(inputs.eventPattern), sample(type)))
    .map(({ name }) => name.replace(/Rule$/, ""))
    .sort();

describe("every rule", () => {
  it.each(named(rules))("%s has a pattern that EventBridge takes", (_, { inputs }) => {
    expect(() => validatePattern(inputs.eventPattern)).not.toThrow();
    expect(inputs.eventPattern.length).toBeLessThanOrEqual(2048);
  });

  it.each(named(onOurBus))("%s asks for contracts that somebody publishes", (_, { inputs }) => {
    const published = catalogue.map(({ type }) => type as string);
    for (const { prefix } of JSON.parse(inputs.eventPattern)["detail-type"]) {
      expect(prefix).toMatch(/^\w+\.\w+\.v$/);
      const heard = published
        .filter((type) => type.startsWith(prefix))
        .filter((type) => matches(JSON.parse(inputs.eventPattern), sample(type)));
      expect(heard, prefix).not.toEqual([]);
    }
  });

  it.each(named(onOurBus))("%s does not hear an event under a wrong source", (_, { inputs }) => {
    for (const { type } of catalogue)
      for (const source of ["petstore.shipping", "aws.events"])
        expect(matches(JSON.parse(inputs.eventPattern), { ...sample(type), source })).toBe(false);
  });
});

describe("who hears what", () => {
  it.each(Object.entries(whoHearsWhat))("%s is heard by %j", (type, who) => {
    expect(catalogue.map((contract) => contract.type as string)).toContain(type);
    expect(hear(type)).toEqual(who);
  });
});

describe("F27 a version of an event that nobody knows yet", () => {
  it.each([...new Set(catalogue.map(({ type }) => type.replace(/\d+$/, "")))])(
    "(%s…) is heard by whoever hears one of its versions, so that it waits for a person",
    (name) => {
      const versions = catalogue.flatMap(({ type }) => (type.startsWith(name) ? [type] : []));
      const heardBy = new Set(versions.flatMap((type) => hear(type)));
      expect(hear(`${name}99`)).toEqual([...heardBy].sort());
      expect(hear(`${name.replace(/\.v$/, "Elsewhere.v")}1`)).toEqual([]);
    },
  );
});

describe("the API's routes", () => {
  const routes = all("Route").map(({ inputs }) => inputs.routeKey as string);

  it("are those of the OpenAPI document, and the document itself", () => {
    const paths: Record<string, object> = openapi.paths;
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.toSorted()).toEqual([...documented, "GET /openapi.json"].sort());
  });

  it("of a customer's queries go to the read side, and those that change something to whom it belongs", () => {
    const answeredBy = (prefix: RegExp) =>
      all("Route")
        .filter(({ inputs }) => prefix.test(inputs.routeKey))
        .map(({ inputs }) => {
          const [, integration] = inputs.target.split("/");
          const found = all("Integration").find(({ outputs }) => outputs.id === integration);
          return byArn(found?.inputs.integrationUri).inputs.tags.context;
        });
    const asked = /^GET \/(orders|products|openapi|reports\/daily-sales)/;
    expect(new Set(answeredBy(asked))).toEqual(new Set(["read-side"]));
    expect(new Set(answeredBy(/^POST \/orders/))).toEqual(new Set(["orders"]));
    expect(new Set(answeredBy(/^POST \/stock/))).toEqual(new Set(["inventory"]));
    expect(new Set(answeredBy(/^POST \/(webhooks|payments)/))).toEqual(new Set(["payments"]));
  });
});

describe("the rule for sagas that ended early", () => {
  const rule = rules.find(({ name }) => name === "RecoverSagaRule");
  // https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
  const ended = (status: string, stateMachineArn: string) => ({
    source: "aws.states",
    "detail-type": "Step Functions Execution Status Change",
    detail: { status, stateMachineArn, name: "ord_1" },
  });

  it("listens where Step Functions speaks: on the default bus", () => {
    expect(rule?.inputs.eventBusName).toBeUndefined();
  });

  it("hears of our machines' bad ends and of nothing else", () => {
    const hears = (event: unknown) => matches(JSON.parse(rule?.inputs.eventPattern), event);
    for (const { outputs } of all("StateMachine")) {
      expect(byArn(outputs.arn)).toBeDefined();
      for (const status of ["FAILED", "TIMED_OUT", "ABORTED"])
        expect(hears(ended(status, outputs.arn))).toBe(true);
      for (const status of ["RUNNING", "SUCCEEDED"])
        expect(hears(ended(status, outputs.arn))).toBe(false);
    }
    expect(hears(ended("FAILED", "arn:aws:states:us-east-1:1:stateMachine:other"))).toBe(false);
  });
});

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { all, graph } from "./synth/read-graph.ts";

const root = join(import.meta.dirname, "..");
const text = readFileSync(join(import.meta.dirname, "graph.json"), "utf8");

describe("the graph", () => {
  it("has at least what the system needs, so that an evaluation that ended early cannot pass", () => {
    const atLeast = {
      Table: 9,
      Queue: 24,
      Function: 39,
      EventRule: 8,
      EventSourceMapping: 9,
      Schedule: 6,
      StateMachine: 2,
      Route: 11,
      Role: 47,
      MetricAlarm: 60,
      EventBus: 1,
      EventArchive: 1,
      UserPool: 1,
      EmailIdentity: 1,
      FunctionUrl: 1,
    };
    for (const [kind, count] of Object.entries(atLeast))
      expect(all(kind).length, kind).toBeGreaterThanOrEqual(count);
    expect(graph.functions).toHaveLength(all("Function").length);
  });

  it("says nothing about the machine or the run that made it", () => {
    expect(text).not.toMatch(/"\/(?!aws|orders|products|reports|stock|webhooks|openapi)[a-z]+\//);
    expect(text).not.toContain(root);
    expect(text).not.toMatch(/\.zip|SST_KEY|undefined|\[object/);
  });

  it("names every resource once", () => {
    const names = graph.resources.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    const arns = graph.resources.flatMap(({ outputs }) => outputs.arn ?? []);
    expect(new Set(arns).size).toBe(arns.length);
  });

  it("refers to nothing that is not in it", () => {
    const defaultBus = "arn:aws:events:us-east-1:123456789012:event-bus/default"; // every account has it
    const known = graph.resources
      .flatMap(({ outputs }) =>
        ["arn", "streamArn", "executionArn"].flatMap((key) => outputs[key] ?? []),
      )
      .concat(defaultBus);
    const ours =
      /arn:aws:(?:dynamodb|sqs|lambda|events|states|sns|ses|logs|execute-api):us-east-1:\d+:[^"\\]+/g;
    const isKnown = (arn: string) =>
      known.some(
        (other) =>
          arn === other ||
          (/^(?:\/index\/\w+|:\*|\/\*)$/.test(arn.slice(other.length)) && arn.startsWith(other)),
      ) || known.includes(arn.replace(":execution:", ":stateMachine:").replace(/:\*$/, ""));
    expect([...new Set(text.match(ours))].filter((arn) => !isKnown(arn))).toEqual([]);
  });

  it("fits into AWS's limits on names", () => {
    const limits = {
      Function: 64,
      Queue: 80,
      EventRule: 64,
      Role: 64,
      Schedule: 64,
      StateMachine: 80,
      EventArchive: 48,
    };
    // A personal stage is named after a person: leave room for twelve letters and SST's ending.
    const room = "twelveletter".length - graph.stage.length;
    for (const [kind, limit] of Object.entries(limits))
      for (const { inputs } of all(kind))
        expect(inputs.name.length + room, inputs.name).toBeLessThanOrEqual(limit);
  });
});

describe("every function", () => {
  it.each(graph.functions.map((fn) => [fn.name, fn] as const))(
    "%s has a handler",
    (_, { handler }) => {
      expect(handler).toMatch(/^services\/[a-z-]+\/src\/handlers\/[a-z-]+\.handler$/);
      expect(existsSync(join(root, handler.replace(/\.handler$/, ".ts"))), handler).toBe(true);
    },
  );

  it.each(all("Function").map((fn) => [fn.name, fn.inputs] as const))(
    "%s runs on arm64 and Node 24, and says how much memory and time it gets",
    (_, inputs) => {
      expect(inputs).toMatchObject({
        architectures: ["arm64"],
        runtime: "nodejs24.x",
        loggingConfig: { logFormat: "JSON" },
      });
      expect(inputs.memorySize).toBeGreaterThanOrEqual(256);
      expect(inputs.timeout).toBeLessThanOrEqual(60);
    },
  );
});

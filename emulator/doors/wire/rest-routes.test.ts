import * as lambda from "@aws-sdk/client-lambda";
import * as scheduler from "@aws-sdk/client-scheduler";
import * as ses from "@aws-sdk/client-sesv2";
import { expect, test } from "vitest";
import { matchRest, restOperations } from "./rest-routes.ts";

// biome-ignore lint/suspicious/noExplicitAny: clients and commands by their names
const clients: Record<string, { module: any; client: string }> = {
  lambda: { module: lambda, client: "LambdaClient" },
  scheduler: { module: scheduler, client: "SchedulerClient" },
  ses: { module: ses, client: "SESv2Client" },
};

test.each(restOperations)(
  "$operation of $service stands where its client sends it",
  async (route) => {
    const { service, operation, path } = route;
    const { module, client: name } = clients[service] as (typeof clients)[string];
    let seen: { method: string; path: string } | undefined;
    const client = new module[name]({
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      maxAttempts: 1,
      requestHandler: {
        handle: async (request: typeof seen) => {
          seen = request;
          throw new Error("seen");
        },
      },
    });
    const labels = [...path.matchAll(/\{(\w+)\}/g)].map(([, label]) => [label, "here"]);
    const command = new module[`${operation}Command`]({
      ...Object.fromEntries(labels),
      TagKeys: ["a"],
      Tags: {},
    });
    await expect(client.send(command)).rejects.toThrow("seen");
    const { method = "", path: sent = "" } = seen ?? {};
    const found = matchRest(method, sent, "", {}, service);
    expect(found?.operation.operation).toBe(operation);
    expect(found?.input).toMatchObject(Object.fromEntries(labels));
  },
);

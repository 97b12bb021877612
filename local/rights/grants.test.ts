import type { Graph } from "emulator/boot/graph";
import { describe, expect, test } from "vitest";
import { shopGraph } from "../repository.ts";
import { openLedger } from "./grants.ts";
import { placesOf } from "./places.ts";

const graph = shopGraph();
const account = "us-east-1:123456789012";
const roleArn = (name: string) => `arn:aws:iam::123456789012:role/petstore-local-${name}Role`;
const tableArn = `arn:aws:dynamodb:${account}:table/petstore-local-OrdersTableTable`;

/** The graph with one statement more for a role. */
const granting = (name: string, Action: string, Resource: string): Graph => ({
  ...graph,
  resources: graph.resources.map((resource) =>
    resource.outputs.arn === roleArn(name)
      ? {
          ...resource,
          inputs: {
            ...resource.inputs,
            inlinePolicies: [
              ...resource.inputs.inlinePolicies,
              { policy: JSON.stringify({ Statement: { Effect: "Allow", Action, Resource } }) },
            ],
          },
        }
      : resource,
  ),
});

const verdict = (ledger: ReturnType<typeof openLedger>, name: string, action: string) => {
  const found = ledger.grants.filter(
    (grant) => grant.holder.name === name && grant.action === action,
  );
  return found.map((grant) => [ledger.verdictOf(grant), grant.holder.file]);
};

describe("the place of a right in infra/", () => {
  const placeOf = placesOf(graph);

  test.each([
    [roleArn("OrdersApi"), "OrdersApi", "function", "infra/orders.ts"],
    [roleArn("FulfilOrder"), "FulfilOrder", "state machine", "infra/orders.ts"],
    [roleArn("ReportDailySalesTimer"), "ReportDailySalesTimer", "schedule", "infra/read-side.ts"],
    [
      `arn:aws:sqs:${account}:petstore-local-PricesQueueQueue`,
      "PricesQueue",
      "queue",
      "infra/orders.ts",
    ],
    [
      `arn:aws:lambda:${account}:function:petstore-local-ProviderApiFunction`,
      "ProviderApi",
      "function",
      "infra/payment-provider.ts",
    ],
  ])("%s", (arn, name, kind, file) => {
    expect(placeOf(arn)).toMatchObject({ name, kind, file });
  });

  test("is unknown of what the graph does not have", () => {
    expect(placeOf(roleArn("Nobody"))).toBeUndefined();
  });
});

describe("the ledger of grants", () => {
  test("knows the rights of every function, state machine, schedule and rule", () => {
    const holders = new Set(openLedger(graph).grants.map(({ holder }) => holder.name));
    for (const { name } of graph.functions) expect(holders).toContain(name);
    for (const name of ["FulfilOrder", "SweepSagasTimer", "PricesRule", "StartFulfilmentRule"])
      expect(holders).toContain(name);
  });

  test("calls a grant used once a question was answered by it, and not before", () => {
    const ledger = openLedger(granting("OrdersApi", "dynamodb:Scan", tableArn));
    expect(verdict(ledger, "OrdersApi", "dynamodb:Scan")).toEqual([["unused", "infra/orders.ts"]]);
    const asked = { action: "dynamodb:Scan", resource: tableArn };
    ledger.hear({ ...asked, principal: roleArn("FindOrder") });
    expect(verdict(ledger, "OrdersApi", "dynamodb:Scan")).toEqual([["unused", "infra/orders.ts"]]);
    ledger.hear({ ...asked, principal: roleArn("OrdersApi") });
    expect(verdict(ledger, "OrdersApi", "dynamodb:Scan")).toEqual([["used", "infra/orders.ts"]]);
  });

  test.each([
    ["dynamodb:*", tableArn],
    ["dynamodb:Get*", tableArn],
    ["dynamodb:GetItem", "*"],
    ["dynamodb:GetItem", `arn:aws:dynamodb:${account}:table/petstore-*`],
    ["logs:PutLogEvents", `arn:aws:logs:${account}:*`],
    ["states:DescribeExecution", `arn:aws:states:${account}:execution:*`],
  ])("calls %s on %s a wildcard, used or not", (action, resource) => {
    const { grants, verdictOf } = openLedger(granting("OrdersApi", action, resource));
    const wild = grants.filter((grant) => verdictOf(grant) === "wildcard");
    expect(wild).toMatchObject([
      { holder: { name: "OrdersApi", file: "infra/orders.ts" }, action, resource },
    ]);
  });
});

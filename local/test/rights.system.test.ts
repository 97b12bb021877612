import { tellDenial } from "emulator/services/iam/denial";
import { expect, test } from "vitest";
import { shopGraph } from "../repository.ts";
import { badWeek } from "../rights/bad-week.ts";
import { reportOf } from "../rights/report.ts";

const graph = shopGraph();

test("in a bad week every right is used and none is missing, but for two that were given too much", async () => {
  const generous = structuredClone(graph);
  const role = generous.resources.find(({ name }) => name === "OrdersApiRole");
  const table = "arn:aws:dynamodb:us-east-1:123456789012:table/petstore-local-OrdersTableTable";
  const policy = JSON.stringify({
    Statement: [
      { Effect: "Allow", Action: "dynamodb:Scan", Resource: table },
      { Effect: "Allow", Action: "dynamodb:GetItem", Resource: `${table}*` },
    ],
  });
  role?.inputs.inlinePolicies.push({ policy });
  const { ledger, denied } = await badWeek(generous);
  const { problems } = reportOf(ledger, { denials: denied.map(tellDenial), seconds: 0 });
  expect(problems).toEqual([
    `OrdersApi may dynamodb:Scan on ${table} and never does: take it out of infra/orders.ts, or let a test story need it.`,
    `OrdersApi may dynamodb:GetItem on ${table}*, which is a wildcard: name actions and resources in infra/orders.ts.`,
  ]);
});

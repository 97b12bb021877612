import { tellDenial } from "emulator/services/iam/denial";
import { describe, expect, it } from "vitest";
import { shopGraph } from "../local/repository.ts";
import { badWeek } from "../local/rights/bad-week.ts";
import { reportOf } from "../local/rights/report.ts";

const table = "arn:aws:dynamodb:us-east-1:123456789012:table/petstore-local-OrdersTableTable";
/** What is given to one function here that it never needs. Neither lets it do what it does. */
const TOO_MUCH = [
  { Effect: "Allow", Action: "dynamodb:Scan", Resource: table },
  { Effect: "Allow", Action: "dynamodb:GetItem", Resource: `${table}-of-nobody*` },
];

describe("in a bad week", async () => {
  const graph = structuredClone(shopGraph());
  const role = graph.resources.find(({ name }) => name === "OrdersApiRole");
  role?.inputs.inlinePolicies.push({ policy: JSON.stringify({ Statement: TOO_MUCH }) });
  const { ledger, denied } = await badWeek(graph);
  const { grants, verdictOf } = ledger;
  const holders = [...new Map(grants.map(({ holder }) => [holder.name, holder])).values()];

  it("nobody is denied anything", () => {
    expect(denied).toEqual([]);
  });

  it.each(holders.map(({ name, kind, file }) => [kind, name, file] as const))(
    "the %s %s makes use of all that %s grants it, and may do nothing that has no name",
    (kind, name) => {
      const faults = grants
        .filter(({ holder }) => holder.kind === kind && holder.name === name)
        .filter((grant) => ["unused", "wildcard"].includes(verdictOf(grant)))
        .map(({ action, resource }) => `${action} on ${resource}`);
      const given = TOO_MUCH.map(({ Action, Resource }) => `${Action} on ${Resource}`);
      expect(faults).toEqual(name === "OrdersApi" ? given : []);
    },
  );

  it("what was given too much is said with its file, and nothing else", () => {
    const { problems } = reportOf(ledger, { denials: denied.map(tellDenial), seconds: 0 });
    expect(problems).toEqual([
      `OrdersApi may dynamodb:Scan on ${table} and never does: take it out of infra/orders.ts, or let a test story need it.`,
      `OrdersApi may dynamodb:GetItem on ${table}-of-nobody*, which is a wildcard: name actions and resources in infra/orders.ts.`,
    ]);
  });
});

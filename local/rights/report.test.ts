import { expect, test } from "vitest";
import type { Grant, Verdict } from "./grants.ts";
import { reportOf, rightsTable } from "./report.ts";

const holder = { name: "OrdersApi", kind: "function", context: "orders", file: "infra/orders.ts" };
const table = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
const denial = "Denied: OrdersApi may not dynamodb:Query.";

const reportFor = (verdicts: Record<string, Verdict>, denials: string[] = []) => {
  const grants = Object.keys(verdicts).map(
    (action): Grant => ({ holder, action, resource: table }),
  );
  const verdictOf = ({ action }: Grant) => verdicts[action] as Verdict;
  return reportOf({ grants, verdictOf, hear: () => {} }, { denials, seconds: 1 });
};
const show = (report: ReturnType<typeof reportFor>) =>
  rightsTable(report, () => undefined, process.stdout);

test("all is well where every right is used, or needed on AWS only", () => {
  const report = reportFor({ "dynamodb:GetItem": "used", "dynamodb:ListStreams": "on AWS only" });
  expect(report).toMatchObject({ ok: true, problems: [], totals: { granted: 2, used: 1 } });
  expect(show(report)).toContain("2 grants to 1 holders: 1 used, 1 needed on AWS only, 0 unused");
});

test.each([
  [
    reportFor({ "dynamodb:Scan": "unused" }),
    "OrdersApi may dynamodb:Scan",
    "out of infra/orders.ts",
  ],
  [reportFor({ "dynamodb:*": "wildcard" }), "OrdersApi may dynamodb:*", "in infra/orders.ts"],
  [reportFor({}, [denial, denial]), "OrdersApi may not", "dynamodb:Query"],
])("what must be mended is said once, with the file where (%#)", (report, who, where) => {
  expect(report.ok).toBe(false);
  expect(report.problems).toEqual([expect.stringContaining(who)]);
  expect(report.problems[0]).toContain(where);
  expect(show(report)).toContain(report.problems[0]);
});

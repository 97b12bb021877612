import { describe, expect, it } from "vitest";
import { museum } from "../mutants/museum.ts";
import type { Mutant } from "../mutants/mutant.ts";
import { variantOf } from "../mutants/variant.ts";
import type { Done } from "../plan.ts";
import { simulate } from "../simulate.ts";
import { planOfCase } from "./run-case.ts";

const WRITE = "OrdersApi dynamodb.TransactWriteItems:Orders order-1 #1";
const PUBLISH = "OrdersRelayOutbox events.PutEvents:orders.OrderPlaced.v2 order-1 #1";
const VIEW = "ProjectOrders dynamodb.UpdateItem:Read order-1 #2";

describe("a sweep of a shop with a defect", () => {
  it.each<[defect: string, point: string, fault: Done["fault"]]>([
    ["events-after-the-commit", WRITE, "crash-after"],
    ["failed-entries-ignored", PUBLISH, "partial-put-events"],
    ["seen-before-the-work", VIEW, "crash-before"],
  ])("I9 I13 finds %s at %s (%s), where ours recovers", async (defect, point, fault) => {
    const mutant = museum.find(({ name }) => name === defect) as Mutant;
    const plan = planOfCase({ flow: "happy", faults: [{ point, fault }] });
    const ours = await simulate(plan);
    expect([ours.done, ours.violations]).toEqual([[{ point, fault }], []]);
    const broken = await simulate(plan, { variant: await variantOf(mutant) });
    expect(broken.violations[0]?.invariant).toMatch(/^I13 /);
  });
});

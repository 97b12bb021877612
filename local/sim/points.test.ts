import type { Call } from "emulator/kernel/engine";
import { describe, expect, it } from "vitest";
import { accounts } from "../accounts.ts";
import { idsOf, namesOf } from "./names.ts";
import { planOf } from "./plan.ts";
import { pointsOf } from "./points.ts";

const [first, second] = ["01J8ZQ3V5N6W7X8Y9Z0A1B2C3D", "01J8ZQ3V5N6W7X8Y9Z0A1B2C3E"];
const names = new Map([
  [first, "order-1"],
  [second, "order-2"],
]);
const call = (name: string, service: string, operation: string, input: object): Call => ({
  caller: { name, role: "" },
  service,
  operation,
  input,
});
const pointOf = (one: Call) => pointsOf(names)(one).point;

describe("the name of a point", () => {
  it.each<[string, Call]>([
    [
      "ReserveStock dynamodb.GetItem:Inventory order-1 #1",
      call("petstore-local-ReserveStockFunction", "dynamodb", "GetItem", {
        TableName: "petstore-local-InventoryTableTable",
        Key: { pk: { S: `ord_${first}` } },
      }),
    ],
    [
      "rule:Sales sqs.SendMessage:Sales order-1+order-2 #1",
      call("rule petstore-local-Sales", "sqs", "SendMessage", {
        QueueUrl: "arn:aws:sqs:us-east-1:1:petstore-local-SalesQueueQueue",
        MessageBody: `pay_${second} ord_${first}`,
      }),
    ],
    [
      "mapping lambda.Invoke:ProjectOrders order-2 #1",
      call("mapping:uuid", "lambda", "Invoke", {
        FunctionName: "arn:aws:lambda:us-east-1:1:function:petstore-local-ProjectOrdersFunction",
        Payload: Buffer.from(`{"id":"ord_${second}"}`).toString("base64"),
      }),
    ],
    [
      "OrdersRelayOutbox events.PutEvents:several - #1",
      call("petstore-local-OrdersRelayOutboxFunction", "events", "PutEvents", {
        Entries: [
          { DetailType: "orders.OrderPlaced.v2" },
          { DetailType: "orders.OrderConfirmed.v1" },
        ],
      }),
    ],
    [
      "schedule:SweepSagasTimer lambda.Invoke:SweepSagas - #1",
      call("schedule petstore-local-SweepSagasTimerSchedule", "lambda", "Invoke", {
        FunctionName: "arn:aws:lambda:us-east-1:1:function:petstore-local-SweepSagasFunction",
      }),
    ],
  ])("is %s", (expected, one) => expect(pointOf(one)).toBe(expected));

  it("counts what is alike, and nothing else", () => {
    const nameOf = pointsOf(names);
    const about = (id: string) =>
      nameOf(call("petstore-local-AFunction", "dynamodb", "GetItem", { Key: `ord_${id}` })).point;
    expect([about(first), about(second), about(first)].map((point) => point.split("#")[1])).toEqual(
      ["1", "1", "2"],
    );
  });

  it("has an order's name before the order is there, by its customer and key", () => {
    const plan = planOf(3);
    const ids = idsOf(plan);
    expect(ids.size).toBe(plan.orders.length);
    expect([...ids.values()].every((id) => /^ord_[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id))).toBe(
      true,
    );
    expect([...namesOf(ids).values()]).toEqual(plan.orders.map(({ name }) => name));
    expect(accounts.length).toBeGreaterThan(0);
  });
});

import { expect, it } from "vitest";
import { accountedFor, mayBeLeft } from "./accounted.ts";

const at = (point: string) => [{ point, fault: "crash-before" as const }];
const queue = (name: string) => `petstore-local-${name}Queue holds 1`;

it.each([
  ["StartFulfilmentDlq", "rule:StartFulfilment lambda.Invoke:StartFulfilment order-1 #1"],
  ["RecoverSagaDlq", "RecoverSaga states.StartExecution:FulfilOrder order-1 #1"],
  ["OrdersSweepOutboxDlq", "OrdersSweepOutbox dynamodb.Scan:OrdersOutbox - #1"],
  ["PaymentsOutboxFailures", "PaymentsRelayOutbox events.PutEvents:payments.PaymentFailed.v1 - #1"],
])(
  "a letter in %s is what a fault at %s leaves behind, and a defect without one",
  (name, point) => {
    expect(accountedFor(queue(name), at(point))).toBe(true);
    expect(accountedFor(queue(name), [])).toBe(false);
    expect(accountedFor(queue(name), at("ProviderApi dynamodb.GetItem:Provider order-1 #1"))).toBe(
      false,
    );
  },
);

it("what an order waits for is never left behind", () => {
  const point = "mapping lambda.Invoke:ProjectOrders order-1 #1";
  expect(accountedFor(queue("OrderViewsQueueDlq"), at(point))).toBe(false);
  expect(mayBeLeft(queue("OrderViewsQueueDlq"))).toBe(false);
  expect(mayBeLeft(queue("NotificationsQueueDlq"))).toBe(true);
});

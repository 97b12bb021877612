import { CannotStart } from "emulator/kernel/refusals";
import { expect, it } from "vitest";
import { shopGraph } from "../repository.ts";
import { failureQueues, namesByArn, queueNamed } from "./failure-queues.ts";

const graph = shopGraph();
const queues = failureQueues(graph);
const all = queues.map(({ name, kind, function: fn }) => `${name}: ${kind}, ${fn}`);

it("every queue of the graph that has no dead-letter queue is one where something waits for a person, with who failed", () => {
  const without = graph.resources.filter(
    ({ type, inputs }) => type === "aws:sqs/queue:Queue" && !inputs.redrivePolicy,
  );
  expect(queues.map(({ resource }) => resource)).toEqual(without.map(({ name }) => name));
  expect(all).toEqual(
    expect.arrayContaining([
      "OrderViewsQueueDlq: queue, ProjectOrders",
      "OrdersOutboxFailures: outbox, OrdersRelayOutbox",
      "ProviderWebhooksDlq: queue, DeliverWebhook",
      "RecoverSagaDlq: function, RecoverSaga",
      "HearFeedbackDlq: function, HearFeedback",
      "WelcomeCustomerDlq: person, WelcomeCustomer",
      "StartFulfilmentDlq: function, StartFulfilment",
      "SweepSagasDlq: schedule, SweepSagas",
    ]),
  );
  expect(all.filter((line) => line.endsWith(", "))).toEqual([]);
});

it("a queue is found by any of its names, and the nearest is proposed", () => {
  const names = ["SweepSagasDlq", "sweepsagasdlq", "SweepSagasDlqQueue"];
  for (const name of [...names, "petstore-ada-SweepSagasDlqQueue-abcdefgh"])
    expect(queueNamed(queues, name).name).toBe("SweepSagasDlq");
  expect(() => queueNamed(queues, "SweepSagas")).toThrow(/did you mean SweepSagasDlq\?/);
  expect(() => queueNamed(queues, "x")).toThrow(CannotStart);
  const arn = "arn:aws:sqs:us-east-1:123456789012:petstore-local-SweepSagasDlqQueue";
  expect(namesByArn(graph)(arn)).toBe("SweepSagasDlq");
});

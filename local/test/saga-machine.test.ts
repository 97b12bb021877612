import {
  json,
  type Loose,
  setUp,
  thrown,
} from "emulator/services/stepfunctions/testing/laboratory";
import { describe, expect, it } from "vitest";
import { stepsOf } from "../../packages/core/src/saga.ts";
import { toStateMachine } from "../../packages/core/src/state-machine.ts";
import { fulfilOrder } from "../../services/orders/src/saga/fulfil-order.ts";

type Answers = Record<string, (payload: Loose, call: number) => unknown>;

/** Runs the order's saga over functions that answer, but for those that the test gives. */
const fulfil = async (answers: Answers = {}, input: object = {}) => {
  const names = stepsOf<string>(fulfilOrder);
  const lab = setUp({
    ...Object.fromEntries(names.map((name) => [name, () => ({})])),
    AuthorizePayment: ({ taskToken }) =>
      void lab.clock.after(500, "provider", () =>
        lab.states("SendTaskSuccess", { taskToken, output: "{}" }),
      ),
    ...answers,
  });
  const arns = Object.fromEntries(names.map((name) => [name, name]));
  const definition = json(toStateMachine<string>(fulfilOrder, arns));
  const roleArn = "arn:aws:iam::123456789012:role/r";
  const created = await lab.states("CreateStateMachine", { name: "Saga", definition, roleArn });
  const arn = await lab.start(created.stateMachineArn, { orderId: "ord_1", ...input }, "ord_1");
  const { status, error, cause } = await lab.finished(arn);
  const transitions = lab.facts
    .filter(({ kind }) => kind === "states.transition")
    .map(({ state }) => state);
  return { ...lab, status, error, cause, transitions };
};

describe("the order's saga", () => {
  it("goes down its ladder in five transitions", async () => {
    const { status, transitions, calls } = await fulfil();
    expect(status).toBe("SUCCEEDED");
    expect(transitions).toEqual([
      "ReserveStock",
      "AuthorizePayment",
      "ConfirmOrder",
      "CapturePayment",
      "CommitStock",
    ]);
    expect(calls[1]?.payload).toEqual({ orderId: "ord_1", taskToken: expect.any(String) });
  });

  it("turns back at a declined payment, and undoes that step too", async () => {
    const { status, transitions, calls } = await fulfil({
      AuthorizePayment: () => {
        throw thrown("Refused", "PaymentDeclined: no money");
      },
    });
    expect(status).toBe("SUCCEEDED");
    expect(transitions).toEqual([
      "ReserveStock",
      "AuthorizePayment",
      "AbandonOrder",
      "UndoFrom",
      "VoidPayment",
      "ReleaseStock",
      "RejectOrder",
    ]);
    expect(calls.at(-1)?.payload).toEqual({
      orderId: "ord_1",
      failedStep: "AuthorizePayment",
      failure: { Error: "Refused", Cause: json(thrown("Refused", "PaymentDeclined: no money")) },
    });
  });

  it.each([
    [{}, ["ReleaseStock"]],
    [{ again: true }, ["VoidPayment", "ReleaseStock"]],
  ])("turns back at a shelf that is empty, and undoes (%j) %j", async (input, undos) => {
    const ReserveStock = () => {
      throw thrown("Refused", "OutOfStock: none left");
    };
    const { status, transitions } = await fulfil({ ReserveStock }, input);
    expect(status).toBe("SUCCEEDED");
    expect(transitions).toEqual([
      ...["ReserveStock", "AbandonOrder", "UndoFrom"],
      ...[...undos, "RejectOrder"],
    ]);
  });

  it("asks again when the provider keeps silent", async () => {
    const { status, calls } = await fulfil({
      AuthorizePayment: () => ({}),
    });
    expect(status).toBe("SUCCEEDED");
    expect(calls.filter(({ name }) => name === "AuthorizePayment")).toHaveLength(34);
  });

  it("calls for a person when an undo fails", async () => {
    const { status, error, cause, transitions, calls } = await fulfil({
      ReserveStock: () => {
        throw thrown("Refused");
      },
      ReleaseStock: () => {
        throw thrown("Broken");
      },
    });
    expect([status, error]).toEqual(["FAILED", "NeedsAttention"]);
    expect(cause).toContain("ReleaseStock failed: ");
    expect(cause).toContain("Broken");
    expect(calls.at(-1)?.payload).toMatchObject({
      failedStep: "ReleaseStock",
      failure: { Error: "Broken" },
    });
    expect(transitions.slice(-3)).toEqual(["ReleaseStock", "MarkNeedsAttention", "NeedsAttention"]);
  });

  it("goes on down when the order was confirmed although the answer was lost", async () => {
    const { status, transitions } = await fulfil({
      ConfirmOrder: (_, call) => {
        if (call === 1) throw thrown("Lost");
        return {};
      },
    });
    expect([status, transitions.at(-1)]).toEqual(["SUCCEEDED", "CommitStock"]);
  });
});

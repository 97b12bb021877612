import {
  json,
  type Loose,
  setUp,
  thrown,
} from "emulator/services/stepfunctions/testing/laboratory";
import { describe, expect, it } from "vitest";
import { type Rung, stepsOf } from "../../packages/core/src/saga.ts";
import { toStateMachine } from "../../packages/core/src/state-machine.ts";
import { fulfilOrder } from "../../services/orders/src/saga/fulfil-order.ts";

const rungs: readonly Rung[] = fulfilOrder.rungs;
const down = rungs.flatMap((rung) => rung.do ?? []);
/** The steps of the ladder down to one, that one among them. */
const downTo = (step: string) => down.slice(0, down.indexOf(step) + 1);
/** The undos of the ladder from beside a step upwards. */
const upFrom = (step: string) =>
  rungs
    .slice(0, rungs.findIndex((rung) => rung.do === step) + 1)
    .flatMap((rung) => rung.undo ?? [])
    .toReversed();

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
  it("goes down its ladder in one transition a step", async () => {
    const { status, transitions, calls } = await fulfil();
    expect(status).toBe("SUCCEEDED");
    expect(transitions).toEqual(down);
    expect(calls.find(({ name }) => name === "AuthorizePayment")?.payload).toEqual({
      orderId: "ord_1",
      taskToken: expect.any(String),
    });
  });

  it("turns back at a declined payment, and undoes that step too", async () => {
    const { status, transitions, calls } = await fulfil({
      AuthorizePayment: () => {
        throw thrown("Refused", "PaymentDeclined: no money");
      },
    });
    expect(status).toBe("SUCCEEDED");
    expect(transitions).toEqual([
      ...downTo("AuthorizePayment"),
      ...["AbandonOrder", "UndoFrom"],
      ...upFrom("AuthorizePayment"),
    ]);
    expect(calls.at(-1)?.payload).toEqual({
      orderId: "ord_1",
      failedStep: "AuthorizePayment",
      failure: { Error: "Refused", Cause: json(thrown("Refused", "PaymentDeclined: no money")) },
    });
  });

  it.each([
    [{}, upFrom("ReserveStock")],
    [{ again: true }, upFrom("ConfirmOrder")],
  ])("turns back at a shelf that is empty, and undoes (%j) %j", async (input, undos) => {
    const ReserveStock = () => {
      throw thrown("Refused", "OutOfStock: none left");
    };
    const { status, transitions } = await fulfil({ ReserveStock }, input);
    expect(status).toBe("SUCCEEDED");
    expect(transitions).toEqual([
      ...[...downTo("ReserveStock"), "AbandonOrder", "UndoFrom"],
      ...undos,
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
    expect([status, transitions.at(-1)]).toEqual(["SUCCEEDED", down.at(-1)]);
  });
});

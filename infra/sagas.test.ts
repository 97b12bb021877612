import aslValidator from "asl-validator";
import { describe, expect, it } from "vitest";
import { stepsOf } from "../packages/core/src/saga.ts";
import { toStateMachine } from "../packages/core/src/state-machine.ts";
import { HELD_FOR_MS } from "../services/inventory/src/domain/reservation.ts";
import { fulfilOrder } from "../services/orders/src/saga/fulfil-order.ts";
import { returnOrder } from "../services/orders/src/saga/return-order.ts";
import { all, byArn } from "./synth/read-graph.ts";

describe.each([fulfilOrder, returnOrder])("the state machine $name", (saga) => {
  const machine = all("StateMachine").find(({ name }) => name === saga.name);
  const definition = () => JSON.parse(machine?.inputs.definition);

  it("is valid Amazon States Language", () => {
    const { isValid, errorsText } = aslValidator(definition(), {});
    expect(errorsText("\n")).toBe("");
    expect(isValid).toBe(true);
  });

  it("is what its ladder compiles to, with the functions of the same names", () => {
    const arns = Object.fromEntries(
      stepsOf<string>(saga).map((step) => {
        const fn = all("Function").find(({ name }) => name === `${step}Function`);
        return [step, fn?.outputs.arn];
      }),
    );
    expect(definition()).toEqual(JSON.parse(JSON.stringify(toStateMachine(saga, arns))));
    for (const arn of Object.values(arns)) expect(byArn(arn)).toBeDefined();
  });
});

type Retrier = {
  ErrorEquals: string[];
  IntervalSeconds: number;
  BackoffRate: number;
  MaxDelaySeconds: number;
  MaxAttempts: number;
};

/** Whatever one error repeats itself; local/test/patience.test.ts has the middle, and what attempts that take their time add. */
it("F41 stock is held for longer than an order waits for its payment to be authorised", () => {
  const machine = all("StateMachine").find(({ name }) => name === fulfilOrder.name);
  const { TimeoutSeconds, Retry } = JSON.parse(machine?.inputs.definition).States.AuthorizePayment;
  for (const { ErrorEquals, MaxAttempts, ...retrier } of Retry as Retrier[]) {
    const waits = Array.from({ length: MaxAttempts }, (_, n) =>
      Math.min(retrier.IntervalSeconds * retrier.BackoffRate ** n, retrier.MaxDelaySeconds),
    );
    const attempt = ErrorEquals.includes("States.Timeout") ? TimeoutSeconds : 0;
    const longest = waits.reduce((sum, wait) => sum + attempt + wait, TimeoutSeconds);
    expect(longest * 1000).toBeLessThan(HELD_FOR_MS);
  }
});

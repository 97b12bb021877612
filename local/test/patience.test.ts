import { virtualClock } from "emulator/kernel/clock";
import { delayOf } from "emulator/services/stepfunctions/retry";
import { setUp, thrown } from "emulator/services/stepfunctions/testing/laboratory";
import { describe, expect, it } from "vitest";
import { stepsOf } from "../../packages/core/src/saga.ts";
import { EARLY, LATE } from "../../packages/core/src/saga-retries.ts";
import { toStateMachine } from "../../packages/core/src/state-machine.ts";
import { HELD_FOR_MS } from "../../services/inventory/src/domain/reservation.ts";
import { fulfilOrder } from "../../services/orders/src/saga/fulfil-order.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const SEEDS = 20_000;

type Retrier = { ErrorEquals: string[]; MaxAttempts: number; MaxDelaySeconds?: number };
const retrierFor = (retriers: Retrier[], error: string) =>
  retriers.find(
    ({ ErrorEquals: [...names] }) => names.includes(error) || names[0] === "States.ALL",
  );

/**
 * In seconds, sorted: how long after its first attempt a step makes its last one, over many seeds, when each attempt fails
 * so and takes so long. What outlasts the last attempt is not outlived.
 */
const patience = (retriers: Retrier[], error: string, attemptTakes = 0, seeds = SEEDS) => {
  const { random } = virtualClock({ seed: 7 });
  const retrier = retrierFor(retriers, error) as Retrier;
  const once = () => {
    let seconds = 0;
    for (let n = 0; n < retrier.MaxAttempts; n++)
      seconds += attemptTakes + delayOf(retrier, n, random) / 1000;
    return seconds;
  };
  return Array.from({ length: seeds }, once).sort((a, b) => a - b);
};
const middle = (sorted: number[]) => sorted[sorted.length / 2] as number;
const [least, most] = [
  (sorted: number[]) => sorted[0] as number,
  (s: number[]) => s.at(-1) as number,
];

describe("the patience of a saga (docs/adr/0010)", () => {
  it.each([
    ["Transient", 0, 29],
    ["OutcomeUnknown", 3, 35], // the provider is waited for, each time
    ["Lambda.TooManyRequestsException", 0, 29],
    ["Sandbox.Timedout", 10, 49],
    ["States.Timeout", 30, 23.75],
  ])(
    "before the pivot, with %s after %i s, is %d minutes in the middle, over twenty always, and ends before the stock is let go",
    (error, attemptTakes, minutes) => {
      const sorted = patience(EARLY, error, attemptTakes);
      expect(Math.abs(middle(sorted) / MINUTE - minutes)).toBeLessThan(0.5);
      expect(least(sorted)).toBeGreaterThan(20 * MINUTE);
      expect(most(sorted)).toBeLessThan(HELD_FOR_MS / 1000 - 30);
    },
  );

  it("before the pivot, with a defect of ours, is a quarter of a minute in the middle and half of one at most", () => {
    const sorted = patience(EARLY, "TypeError");
    expect(middle(sorted)).toBeCloseTo(15.5, 0);
    expect(most(sorted)).toBeLessThan(31);
  });

  it("after it, and with what undoes, is twelve hours in the middle, and ten at least", () => {
    const sorted = patience(LATE, "Anything", 0, 2_000);
    expect(middle(sorted) / HOUR).toBeCloseTo(12.2, 1);
    expect(least(sorted) / HOUR).toBeGreaterThan(10);
  });

  it("is none with a refusal, on either side", () => {
    for (const retriers of [EARLY, LATE])
      for (const error of ["Refused", "Contradiction"])
        expect(retrierFor(retriers, error)?.MaxAttempts).toBe(0);
  });

  it("is what an execution has, too", async () => {
    const names = stepsOf<string>(fulfilOrder);
    const waited: number[] = [];
    for (let seed = 1; seed <= 12; seed++) {
      const lab = setUp(
        {
          ...Object.fromEntries(names.map((name) => [name, () => ({})])),
          AuthorizePayment: () => {
            throw thrown("Transient");
          },
        },
        seed,
      );
      const arns = Object.fromEntries(names.map((name) => [name, name]));
      const { States, StartAt, ...top } = toStateMachine<string>(fulfilOrder, arns);
      const arn = await lab.create(States, { ...top, StartAt });
      await lab.finished(await lab.start(arn, { orderId: "ord_1" }));
      const asked = lab.calls.filter(({ name }) => name === "AuthorizePayment");
      waited.push(((asked.at(-1)?.at ?? 0) - (asked[0]?.at ?? 0)) / 1000);
    }
    waited.sort((a, b) => a - b);
    expect(least(waited)).toBeGreaterThan(20 * MINUTE);
    expect(Math.abs(middle(waited) / MINUTE - 29)).toBeLessThan(1.5);
  });
});

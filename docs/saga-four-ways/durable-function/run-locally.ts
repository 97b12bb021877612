import {
  LocalDurableTestRunner,
  WaitingOperationStatus,
} from "@aws/durable-execution-sdk-js-testing";
import type { Call } from "emulator/kernel/engine";
import type { VirtualShop } from "../../../local/virtual-shop.ts";
import type { callStep, Outcome, StepFailure } from "../steps.ts";
import { fulfilOrder } from "./fulfil-order.ts";
import { PATIENCE } from "./patience.ts";

const SECOND = 1_000;

/** What may happen on the way of an order that runs locally. */
export type Trouble = {
  /** Before this step is called, this happens. */
  before?: { step: string; happens: () => Promise<unknown> };
  /** This step is done, and its answer does not arrive, once. */
  lost?: string;
  /** After so many seconds without an answer the payment is asked for again. They pass on the wall. */
  answersWithin?: number;
};

/** What came of it, as the SDK's own runner tells it. */
export type Ran = {
  result: string | undefined;
  status: string | undefined;
  /** How often the function was invoked: each time it is played again from its beginning. */
  invocations: number;
  /** The durable operations, as AWS would bill them: retries and the start are operations, too. */
  operations: number;
  /** What they keep: the input, and what each step answered. */
  bytes: number;
  steps: string[];
};

/** Lets the payments context answer a callback where it would answer a task token, and nothing else begin the order's saga. */
const standIn = ({ local }: VirtualShop) => {
  const begun: object[] = [];
  const answers = new Map<string, Outcome>();
  const stop = local.cloud.guard(async ({ operation, input, ...call }: Call, next) => {
    if (operation === "StartExecution" && input.stateMachineArn.endsWith("-FulfilOrder")) {
      begun.push(JSON.parse(input.input));
      return { executionArn: input.stateMachineArn, startDate: 0 };
    }
    if (operation === "SendTaskSuccess")
      answers.set(input.taskToken, { ok: true, value: JSON.parse(input.output) });
    else if (operation === "SendTaskFailure")
      answers.set(input.taskToken, {
        ok: false,
        failure: { Error: input.error, Cause: input.cause },
      });
    else return next({ operation, input, ...call });
    return {};
  });
  return { begun, answers, stop };
};

/**
 * Runs an order's durable execution with the SDK's local runner: the SDK, its checkpoints and its replays are real, and the
 * steps are the shop's functions on the emulator. On AWS, payments/adapters/saga.ts would call
 * SendDurableExecutionCallbackSuccess where it calls SendTaskSuccess; here that call is heard, and handed to the runner.
 */
export const runLocally = async (
  shop: VirtualShop,
  place: () => Promise<string>,
  { before, lost, answersWithin = PATIENCE.answersWithin }: Trouble = {},
): Promise<Ran & { orderId: string }> => {
  const { begun, answers, stop } = standIn(shop);
  const orderId = await place();
  await shop.settle();
  const steps: string[] = [];
  let asked = 0;
  let due: Outcome | undefined;

  const call: typeof callStep = async (step, input) => {
    if (before?.step === step && !steps.includes(step)) await before.happens();
    const isFirst = !steps.includes(step);
    steps.push(step);
    const outcome = await shop
      .drive(shop.local.invoke(step, input))
      .then((value): Outcome => ({ ok: true, value }))
      .catch(
        ({ name, message }: Error): Outcome => ({
          ok: false,
          failure: {
            Error: name,
            Cause: JSON.stringify({ errorType: name, errorMessage: message }),
          },
        }),
      );
    if (step === "AuthorizePayment") {
      asked += 1;
      await shop.clock.advance(25 * SECOND); // in which the provider may answer
      due = answers.get((input as { taskToken: string }).taskToken);
    }
    if (lost === step && isFirst)
      return { ok: false, failure: { Error: "Lambda.Unknown", Cause: "The answer was lost." } };
    return outcome;
  };
  /** Hands the provider's answer to the runner. Where nobody waits for it any more, it is asked again. */
  const answer = async ({ ok, ...answered }: Outcome) => {
    const waiting = runner.getOperation(`Answer ${asked}`);
    await waiting.waitForData(WaitingOperationStatus.STARTED);
    if (ok) return waiting.sendCallbackSuccess(JSON.stringify("authorized"));
    const { Error: ErrorType, Cause } = (answered as { failure: StepFailure }).failure;
    return waiting.sendCallbackFailure({
      ErrorType,
      ErrorMessage: JSON.parse(Cause).errorMessage,
    });
  };
  const durable = fulfilOrder(call, { ...PATIENCE, answersWithin });
  const handlerFunction: typeof durable = async (event, context) => {
    const left = await durable(event, context);
    const answered = due;
    due = undefined;
    // It is left as it would be on AWS: it waits for the answer, and is invoked again for it.
    if (answered) setImmediate(() => void answer(answered).catch(() => {}));
    return left;
  };
  const runner = new LocalDurableTestRunner<string>({ handlerFunction });
  const ran = await runner.run({ payload: begun[0] });
  await shop.settle();
  stop();
  const done = ran.getOperations();
  const ofSteps = done
    .filter((one) => one.getType() === "STEP")
    .map((one) => ({ attempt: 1, result: "", ...one.getStepDetails() }));
  const retries = ofSteps.reduce((sum, { attempt }) => sum + Math.max(0, (attempt ?? 1) - 1), 0);
  const kept = [begun[0], ...ofSteps.map(({ result }) => result ?? "")];
  return {
    ...{ orderId, steps },
    operations: 1 + done.length + retries,
    bytes: kept.reduce((sum: number, one) => sum + JSON.stringify(one).length, 0),
    result: ran.getResult(),
    status: ran.getStatus(),
    invocations: ran.getInvocations().length,
  };
};

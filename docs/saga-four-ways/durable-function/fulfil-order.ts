import {
  CallbackError,
  type DurableContext,
  withDurableExecution,
} from "@aws/durable-execution-sdk-js";
import { callStep, type Outcome, type StepFailure, standsForGood } from "../steps.ts";
import { early, late, PATIENCE } from "./patience.ts";

type Input = { orderId: string; again?: true };
type Call = typeof callStep;

const failed = (failure: StepFailure): Outcome => ({ ok: false, failure });
const refused = (errorMessage: string): Outcome =>
  failed({ Error: "Refused", Cause: JSON.stringify({ errorType: "Refused", errorMessage }) });

/** Each step of the shop as a step of the execution. A refusal is its result; what may pass is thrown, and so tried again. */
const stepsOn = (
  context: DurableContext,
  call: Call,
  { answersWithin, asked: most } = PATIENCE,
) => {
  const step = async (name: string, input: object, retryStrategy = late): Promise<Outcome> => {
    try {
      return await context.step(
        name,
        async () => {
          const outcome = await call(name, input);
          if (outcome.ok || standsForGood(outcome.failure)) return outcome;
          throw Object.assign(new Error(outcome.failure.Cause), { name: outcome.failure.Error });
        },
        { retryStrategy },
      );
    } catch (error) {
      return failed({ Error: "StepError", Cause: String(error) });
    }
  };
  /** A time-out is not a no: the same payment is asked for again, and the newest token is answered. */
  const authorize = async (input: object): Promise<Outcome> => {
    for (let attempt = 1; attempt <= most; attempt++) {
      const [answered, taskToken] = await context.createCallback(`Answer ${attempt}`, {
        timeout: { seconds: answersWithin },
      });
      const asked = await step("AuthorizePayment", { ...input, taskToken }, early);
      if (!asked.ok) return asked;
      try {
        return { ok: true, value: await answered };
      } catch (error) {
        if (!(error instanceof CallbackError)) throw error;
        if (error.errorType !== "CallbackTimeoutError") return refused(error.message);
      }
    }
    return failed({ Error: "States.Timeout", Cause: "The payment was never answered." });
  };
  return { step, authorize };
};

/** From placed to fulfilled, as code: the ladder reads from top to bottom, and its undos from the last to the first. */
export const fulfilOrder = (call: Call = callStep, patience = PATIENCE) =>
  withDurableExecution(async (input: Input, context: DurableContext): Promise<string> => {
    const { step, authorize } = stepsOn(context, call, patience);
    const undos = ["RejectOrder"];
    const person = async (failedStep: string, { failure }: Outcome & { ok: false }) => {
      await step("MarkNeedsAttention", { ...input, failedStep, failure });
      return "NEEDS_ATTENTION";
    };

    /** Down to the pivot. What undoes a step is written down before the step: its answer may get lost. */
    const down = async (): Promise<[failedStep: string, Outcome]> => {
      undos.push("ReleaseStock");
      const held = await step("ReserveStock", input, early);
      if (!held.ok) return ["ReserveStock", held];
      undos.push("VoidPayment");
      const paid = await authorize(input);
      if (!paid.ok) return ["AuthorizePayment", paid];
      return ["ConfirmOrder", await step("ConfirmOrder", input)];
    };
    const [failedStep, reached] = await down();
    if (!reached.ok) {
      if (failedStep === "ConfirmOrder" && reached.failure.Error !== "Refused")
        return person(failedStep, reached); // it may have been taken: neither forward nor back
      const told = { ...input, failedStep, failure: reached.failure };
      const turned = await step("AbandonOrder", told);
      if (turned.ok) {
        if (input.again)
          undos.splice(0, undos.length, "RejectOrder", "ReleaseStock", "VoidPayment");
        for (const undo of undos.reverse()) {
          const undone = await step(undo, told);
          if (!undone.ok) return person(undo, undone);
        }
        return "REJECTED";
      }
      if (turned.failure.Error !== "Refused") return person("AbandonOrder", turned);
    }

    for (const name of ["CapturePayment", "CommitStock"]) {
      const done = await step(name, input);
      if (done.ok) continue;
      if (done.failure.Error !== "Refused") return person(name, done);
      const givenUp = await step("GiveUpOrder", {
        ...input,
        failedStep: name,
        failure: done.failure,
      });
      return givenUp.ok ? "GIVEN_UP" : person("GiveUpOrder", givenUp);
    }
    return "FULFILLED";
  });

/** The Lambda, which has to be created with a DurableConfig, and is begun by name: DurableExecutionName is the run's. */
export const handler = fulfilOrder();

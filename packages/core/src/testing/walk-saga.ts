import { type Saga, stepsOf } from "../saga.ts";
import { toStateMachine } from "../state-machine.ts";

type State = {
  Type: string;
  Next?: string;
  Default?: string;
  Choices?: { Condition: string; Next: string }[];
  Catch?: { ErrorEquals: string[]; Assign?: { failedStep: string }; Next: string }[];
};

/**
 * Walks a saga's compiled state machine, retries left out: each step succeeds, or fails with the error named for it; `again`
 * as a run that follows another. Answers the steps that were called, how it ended, and which step the last ones were told
 * had failed.
 */
export const walkSaga = (saga: Saga, failures: Record<string, string>, again = false) => {
  const arns = Object.fromEntries(stepsOf(saga).map((name) => [name, name]));
  const machine = toStateMachine(saga, arns);
  const states = machine.States as Record<string, State>;
  const path: string[] = [];
  let failedStep: string | undefined;
  for (let at = machine.StartAt; at; ) {
    const state = states[at];
    if (!state) throw new Error(`There is no state ${at}`);
    if (state.Type === "Fail") return { path, outcome: at, failedStep };
    if (state.Type === "Choice") {
      const choice = state.Choices?.find(
        ({ Condition }) =>
          Condition.includes(`"${failedStep}"`) || (again && Condition.includes("Input.again")),
      );
      at = choice?.Next ?? state.Default;
      continue;
    }
    if (state.Type === "Succeed") break;
    path.push(at);
    const error = failures[at];
    const caught =
      error &&
      state.Catch?.find(({ ErrorEquals }) =>
        ErrorEquals.some((name) => name === error || name === "States.ALL"),
      );
    if (error && !caught) return { path, outcome: error, failedStep };
    if (caught) failedStep = caught.Assign?.failedStep ?? failedStep;
    at = caught ? caught.Next : state.Next;
  }
  return { path, outcome: "Succeeded", failedStep };
};

import { thrown } from "./laboratory.ts";

/** What never answers. */
export const never = () => new Promise(() => {});
/** What fails as a service does that has too much to do. */
export const busy = () => {
  throw thrown("Busy");
};
/** A task that waits for the answer to its token. */
export const token = (rest: object = { End: true }) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
  Arguments: { FunctionName: "ask", Payload: { token: "{% $states.context.Task.Token %}" } },
  ...rest,
});
/** The machine that `sync` starts. */
export const INNER = "arn:aws:states:us-east-1:123456789012:stateMachine:inner";
/** A task that starts the machine `inner` and waits for its end. */
export const sync = (rest: object = { End: true }) => ({
  Type: "Task",
  Resource: "arn:aws:states:::states:startExecution.sync:2",
  Arguments: { StateMachineArn: INNER },
  Output: "{% $states.result.Status %}",
  ...rest,
});
/** A state that waits. */
export const wait = (Seconds: unknown, rest: object = { End: true }) => ({
  Type: "Wait",
  Seconds,
  ...rest,
});
/** The workflow in a Map or a Parallel. */
export const processor = (States: object) => ({
  ProcessorConfig: { Mode: "INLINE" },
  StartAt: Object.keys(States)[0],
  States,
});

/** What a saga's execution was started with, as JSONata. */
export const INPUT = "$states.context.Execution.Input";

/** How a step of a saga is called, and where it leads. */
export type TaskOptions = {
  next: string;
  catches: object[];
  retry: object[];
  /** JSONata; what the execution was started with, unless said otherwise. */
  payload?: string;
  /** Seconds until the answer to its task token is due; without it the function's own answer counts. */
  within?: number | undefined;
};

/** The Task state of the Amazon States Language (JSONata) that calls a step's function. */
export const taskState = (
  arn: unknown,
  { next, catches, retry, payload = INPUT, within }: TaskOptions,
) => ({
  Type: "Task",
  Resource: `arn:aws:states:::lambda:invoke${within ? ".waitForTaskToken" : ""}`,
  Arguments: {
    FunctionName: arn,
    Payload: within
      ? `{% $merge([${payload}, {"taskToken": $states.context.Task.Token}]) %}`
      : `{% ${payload} %}`,
  },
  TimeoutSeconds: within ?? 60,
  Retry: retry,
  Catch: catches,
  Next: next,
});

/** A catcher that crosses to the other side of the ladder, and takes along which step failed and why. */
export const crossing = (step: string, ErrorEquals: string[], Next: string) => ({
  ErrorEquals,
  Assign: { failedStep: step, failure: "{% $states.errorOutput %}" },
  Next,
});

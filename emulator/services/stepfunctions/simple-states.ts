import type { Context } from "./context.ts";
import { type Execution, type State, type Thread, visitOf } from "./execution.ts";
import { StateFailed } from "./queries.ts";

/** The states that do nothing beyond themselves: Wait, Fail and Choice. */
export const createSimpleStates = (context: Context) => {
  const { world, definitions, timers, queries } = context;
  const { clock } = world;
  const { stateOf } = definitions;
  const { filled, seconds, evaluationFailed } = queries;

  const wait = async (x: Execution, t: Thread, s: State) => {
    let due: number;
    if (s.Timestamp !== undefined) {
      const text = (await filled(x, t, s.Timestamp, "Timestamp", "string")) as string;
      const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
      const at = iso.test(text) ? Date.parse(text) : Number.NaN;
      if (Number.isNaN(at)) {
        const what = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`;
        throw evaluationFailed(x, t, what, "Timestamp", t.last);
      }
      due = at;
    } else {
      const length = (await seconds(x, t, s.Seconds, "Seconds")) as number;
      due = clock.now() + length * 1000;
    }
    sleep(x, t, due);
  };

  /** Lets a thread do nothing until its Wait is over, or its next attempt begins. */
  const sleep = (x: Execution, t: Thread, due: number) => {
    const s = stateOf(x, t);
    const v = visitOf(t);
    v.due = due;
    if (s.Type === "Wait")
      timers.at(x, t, due, `wait ${v.state} of`, () =>
        context.flow.leave(x, t, { output: v.input, fields: s, next: s.Next }),
      );
    else
      timers.at(x, t, due, `retry ${v.state} of`, () => {
        v.due = undefined;
        return context.flow.act(x, t);
      });
  };

  const fail = async (x: Execution, t: Thread, s: State) => {
    const text = async (template: unknown, location: string) =>
      template === undefined
        ? undefined
        : ((await filled(x, t, template, location, "string")) as string);
    const error = await text(s.Error, "Error");
    const cause = await text(s.Cause, "Cause");
    await context.flow.lose(x, t, { error, cause });
  };

  const choose = async (x: Execution, t: Thread, s: State) => {
    for (const [i, rule] of (s.Choices as State[]).entries()) {
      const at = `Choices[${i}]/`;
      if (await filled(x, t, rule.Condition, `${at}Condition`, "boolean"))
        return context.flow.leave(x, t, {
          output: visitOf(t).input,
          fields: rule,
          at,
          next: rule.Next,
        });
    }
    if (s.Default === undefined) {
      const { state, entered } = visitOf(t);
      throw new StateFailed({
        error: "States.NoChoiceMatched",
        cause: `An error occurred while executing the state '${state}' (entered at the event id #${entered}). Failed to transition out of the state. The state does not have a matched choice rule, and no Default.`,
      });
    }
    return context.flow.leave(x, t, { output: visitOf(t).input, fields: s, next: s.Default });
  };

  return { wait, fail, choose, sleep };
};

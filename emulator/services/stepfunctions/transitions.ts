import type { Context } from "./context.ts";
import { type Execution, type Json, type State, type Thread, visitOf } from "./execution.ts";
import type { Leaving } from "./flow.ts";
import { limited } from "./queries.ts";
import { assign } from "./variables.ts";

/** How a thread enters a state, what it does there, and how it leaves. */
export const createTransitions = (context: Context) => {
  const { world, history, definitions, deleted, timers, queries } = context;
  const { clock } = world;
  const { stateOf, workflowOf } = definitions;
  const { settle, soon } = timers;
  const { fill } = queries;

  const enter = (x: Execution, t: Thread, state: string, input: Json) => {
    settle(x, t);
    t.entering = { state, input };
    t.visit = undefined;
    arriveSoon(x, t, state, input);
  };

  const arriveSoon = (x: Execution, t: Thread, state: string, input: Json) =>
    soon(x, t, `enter ${state} of`, () => arrive(x, t, state, input));

  const arrive = async (x: Execution, t: Thread, state: string, input: Json) => {
    if (deleted(x)) return context.flow.end(x, "ABORTED", {});
    const { Type } = workflowOf(x, t).States[state] as State;
    const before = t.last;
    t.entering = undefined;
    const text = JSON.stringify(input);
    const entered = history.add(
      x,
      `${Type}StateEntered`,
      {
        stateEnteredEventDetails: { name: state, input: text, inputDetails: { truncated: false } },
      },
      before,
    );
    t.last = entered;
    t.visit = { state, input, enteredAt: clock.now(), entered, before, tries: [], retryCount: 0 };
    const { seq } = world.note(
      {
        kind: "states.transition",
        machine: x.machineName,
        execution: x.arn,
        executionArn: x.arn,
        name: x.name,
        state,
        type: Type,
      },
      { input: text },
      text.length,
    );
    limited(t, text);
    await world.trace.under(seq, () => act(x, t));
  };

  const leave = async (x: Execution, t: Thread, leaving: Leaving) => {
    const { fields, scope, at = "" } = leaving;
    const v = visitOf(t);
    const output =
      fields.Output === undefined
        ? leaving.output
        : await fill(x, t, fields.Output, `${at}Output`, scope);
    const assigned = fields.Assign
      ? ((await fill(x, t, fields.Assign, `${at}Assign`, scope)) as Record<string, Json>)
      : {};
    const text = limited(t, JSON.stringify(output));
    const texts = Object.entries(assigned).map(([name, value]): [string, string] => [
      name,
      limited(t, JSON.stringify(value)),
    ]);
    const variables = texts.length > 0 ? assign(x, t, assigned) : t.variables;
    settle(x, t);
    const { Type } = stateOf(x, t);
    t.last = history.add(
      x,
      `${Type}StateExited`,
      {
        stateExitedEventDetails: {
          name: v.state,
          output: text,
          outputDetails: { truncated: false },
          ...(texts.length > 0 && {
            assignedVariables: Object.fromEntries(texts),
            assignedVariablesDetails: { truncated: false },
          }),
        },
      },
      t.last,
    );
    t.variables = variables;
    if (leaving.next !== undefined) enter(x, t, leaving.next, output);
    else context.flow.finish(x, t, output);
  };

  const act = (x: Execution, t: Thread): Promise<void> | void => {
    const s = stateOf(x, t);
    switch (s.Type) {
      case "Pass":
      case "Succeed":
        return leave(x, t, { output: visitOf(t).input, fields: s, next: s.Next });
      case "Wait":
        return context.simple.wait(x, t, s);
      case "Fail":
        return context.simple.fail(x, t, s);
      case "Choice":
        return context.simple.choose(x, t, s);
      case "Task":
        return context.tasks.attempt(x, t, s);
      default:
        return context.nested.spread(x, t, s);
    }
  };

  return { enter, arriveSoon, leave, act };
};

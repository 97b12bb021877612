import { act } from "../act.ts";
import type { Command, Control } from "../command.ts";
import { type Scenario, type Step, scenarios, storyNamed } from "../scenarios.ts";
import { refuse } from "../told.ts";
import { oneOf } from "../words.ts";

/** Does the steps, up to the first wait at once. `over` ends with what the clock and the customers do of them later. */
const go = async (
  control: Control,
  steps: readonly Step[],
): Promise<{ over: Promise<unknown> }> => {
  const { shop, perform } = control;
  const later: Promise<void>[] = [];
  const after = (ms: number, label: string, work: () => Promise<unknown>) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    shop.cloud.clock.after(ms, label, () => work().finally(resolve));
    later.push(promise);
  };
  for (const [i, step] of steps.entries()) {
    if ("say" in step) await perform(step.say);
    else if ("wait" in step) {
      const rest = async () => (await go(control, steps.slice(i + 1))).over;
      after(step.wait, "the scenario goes on", rest);
      break;
    } else {
      const story = storyNamed(step.story);
      if (story) after(0, `a customer orders: ${story.tells}`, () => act(shop, story));
    }
  }
  return { over: Promise.all(later) };
};

/** `scenario`: a fault and orders, with one act. */
export const scenarioCommand: Command = {
  name: "scenario",
  usage: "scenario [NAME]",
  tells:
    "arranges a fault and orders with one act; lists them without a name; what is still to come is given up when time is put back",
  example: "scenario decline",
  async run(control, words) {
    const [word, more] = words;
    if (more) refuse("One scenario at a time.");
    if (word === undefined)
      return {
        said: `There are ${scenarios.length} scenarios.`,
        next: "`scenario NAME` begins one.",
        list: scenarios.map(({ name, hypothesis }) => `${name.padEnd(14)} ${hypothesis}`),
      };
    const names = scenarios.map(({ name }) => name);
    const name = oneOf(names, word, "scenario");
    const scenario = scenarios.find((one) => one.name === name) as Scenario;
    const { over } = await go(control, scenario.steps);
    const play = { name };
    control.playing.add(play);
    void over.then(() => control.playing.delete(play));
    const lines = scenario.steps.flatMap((step) => ("say" in step ? [`\`${step.say}\``] : []));
    const count = scenario.steps.filter((step) => "story" in step).length;
    const parts = [...lines, ...(count > 0 ? [count === 1 ? "an order" : `${count} orders`] : [])];
    return { said: `The scenario ${name}: ${parts.join(", ")}.`, next: scenario.look };
  },
};

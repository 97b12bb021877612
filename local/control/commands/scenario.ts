import { act } from "../act.ts";
import type { Command, Control } from "../command.ts";
import { type Scenario, type Step, scenarios, storyNamed } from "../scenarios.ts";
import { refuse } from "../told.ts";
import { oneOf } from "../words.ts";

/** Does the steps from one on. What waits goes on by the shop's clock, and so does what a customer waits for. */
const go = async (control: Control, steps: readonly Step[]): Promise<void> => {
  const { shop, perform } = control;
  const { clock } = shop.cloud;
  for (const [i, step] of steps.entries()) {
    if ("say" in step) await perform(step.say);
    else if ("wait" in step) {
      const rest = steps.slice(i + 1);
      clock.after(step.wait, "the scenario goes on", () => go(control, rest));
      return;
    } else {
      const story = storyNamed(step.story);
      if (story) clock.after(0, `a customer orders: ${story.tells}`, () => act(shop, story));
    }
  }
};

/** `scenario`: a fault and orders, with one act. */
export const scenarioCommand: Command = {
  name: "scenario",
  usage: "scenario [NAME]",
  tells: "arranges a fault and orders with one act; lists them without a name",
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
    await go(control, scenario.steps);
    const lines = scenario.steps.flatMap((step) => ("say" in step ? [`\`${step.say}\``] : []));
    const count = scenario.steps.filter((step) => "story" in step).length;
    const parts = [...lines, ...(count > 0 ? [count === 1 ? "an order" : `${count} orders`] : [])];
    return { said: `The scenario ${name}: ${parts.join(", ")}.`, next: scenario.look };
  },
};

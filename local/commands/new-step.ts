import { endOn } from "../command-line.ts";
import { asked } from "../golden-path/asked.ts";
import { dearer } from "../golden-path/dearer.ts";
import { makeStep } from "../golden-path/make-step.ts";
import { newStepOf } from "../golden-path/new-step.ts";
import { makeAndTell } from "../golden-path/tell-made.ts";
import { kebab } from "../golden-path/words.ts";

const help = `Makes a step of an order's saga, in the context that owns it: its rung on the ladder, a function for the step and one for its
undo with their row, rights, retries and tests; the explorer and the simulator know it, and the console's page of the saga shows it.
What has an undo is undone on both ways back, before the pivot and by ReturnOrder after it, and what was done last is undone first.

npm run new-step -- WrapGift --after ReserveStock --undo UnwrapGift --in inventory
  --after <step>    the step that it stands below
  --undo <name>     what undoes it: needed before the pivot, where an order may turn back, and refused after it
  --in <context>    who does it
  --help            this text

Exit code: 2 for a name that is taken, a step that there is not, or another mistake; nothing is changed then.
`;

const COSTS = "a read, a write and a transition";

const command = async () => {
  const told = asked(help, ["after", "in"], ["undo"]);
  if (!told) return;
  const { name, after, undo, in: place } = told;
  const step = newStepOf(name, { after, undo, place });
  await makeAndTell(name, [(root) => makeStep(root, step)]);
  const { saga } = step.ladder;
  process.stdout.write(
    `What it does is yours to write, at services/${place}/src/domain/${kebab(name)}.ts. See it: npm start, then the console's page of ${saga}.
Try it: npm test -- ${kebab(name)} local/sim/explore
${saga === "FulfilOrder" ? dearer(`It costs every order ${COSTS}`) : `It costs each order that is given back ${COSTS}.\n`}`,
  );
};

command().catch(endOn);

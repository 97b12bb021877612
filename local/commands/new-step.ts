import { CannotStart } from "emulator/kernel/refusals";
import { endOn, goOnUnread, optionsOf } from "../command-line.ts";
import { makeStep } from "../golden-path/make-step.ts";
import { newStepOf } from "../golden-path/new-step.ts";
import { makeAndTell } from "../golden-path/tell-made.ts";
import { kebab } from "../golden-path/words.ts";

const help = `Makes a step of an order's saga, in the context that owns it: its rung on the ladder, a function for the step and one for its
undo with their row, rights, retries and tests; the explorer and the simulator know it, and the console's page of the saga shows it.
What has an undo is undone on both ways back: up the ladder before the pivot, and by ReturnOrder after it.

npm run new-step -- WrapGift --after ReserveStock --undo UnwrapGift --in inventory
  --after <step>    the step that it stands below
  --undo <name>     what undoes it: needed before the pivot, where an order may turn back, and refused after it
  --in <context>    who does it
  --help            this text

Exit code: 2 for a name that is taken, a step that there is not, or another mistake; nothing is changed then.
`;

const command = async () => {
  const { values, positionals } = optionsOf({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      after: { type: "string" },
      undo: { type: "string" },
      in: { type: "string" },
    },
  });
  goOnUnread();
  if (values.help) return void process.stdout.write(help);
  const [name, ...more] = positionals;
  const { after, undo, in: place } = values;
  if (name === undefined || more.length > 0 || !after || !place)
    throw new CannotStart("It takes one name, --after and --in. Try --help.");
  const step = newStepOf(name, { after, undo, place });
  makeAndTell(name, [(root) => makeStep(root, step)]);
  const { saga } = step.ladder;
  process.stdout.write(
    `What it does is yours to write, at services/${place}/src/domain/${kebab(name)}.ts. See it: npm start, then the console's page of ${saga}.
Try it: npm test -- ${kebab(name)} local/sim/explore. It costs every order a read and a write: npm test -- budgets says what else that changes.
`,
  );
};

command().catch(endOn);

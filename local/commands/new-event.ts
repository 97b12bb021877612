import { endOn } from "../command-line.ts";
import { asked } from "../golden-path/asked.ts";
import { callOf, makeEvent, raisedAt } from "../golden-path/make-event.ts";
import { newEventOf } from "../golden-path/new-event.ts";
import { makeAndTell } from "../golden-path/tell-made.ts";
import { repositoryRoot } from "../repository.ts";

const help = `Makes an event that a context publishes: its contract in version 1, a recorded one in the corpus, its schema, its place in the
publisher's rulebook; and for each context that hears it a case, or a consumer with queue, dead letters, alarms and row, with tests.

npm run new-event -- OrderArchived --from orders --heard-by loyalty,notifications
  <name>                  who or what, and then what has happened to it: a participle in -ed or an irregular one
  --from <context>        who publishes it
  --heard-by <contexts>   who hears it, with commas between them; nobody without it
  --help                  this text

Exit code: 2 for a name that is taken, a context that there is not, or another mistake; nothing is changed then.
`;

const command = async () => {
  const told = asked(help, ["from"], ["heard-by"]);
  if (!told) return;
  const { name, from, "heard-by": heardBy } = told;
  const event = newEventOf(name, from, heardBy);
  await makeAndTell(name, [(root) => makeEvent(root, event)]);
  const { place, beside } = raisedAt(repositoryRoot, event);
  const raised = beside ? `[${beside}, ${callOf(event)}]` : callOf(event);
  process.stdout.write(
    `Nothing raises it yet. That is yours to write, at ${place}: ${raised}
See it arrive: import and raise it there, npm start, let it happen (by an order, say), and look at the console's screen Messages, Events.
Who hears it is tested with a recorded one: npm test -- local/test/corpus -t ${name}
`,
  );
};

command().catch(endOn);

import { CannotStart } from "emulator/kernel/refusals";
import { endOn, goOnUnread, optionsOf } from "../command-line.ts";
import { newServiceOf } from "../golden-path/names.ts";
import { writesService } from "../golden-path/new-service.ts";
import { makeAndTell } from "../golden-path/tell-made.ts";

const help = `Makes a bounded context that is whole: domain with a rule and its test, table, outbox, a consumer with its queue, dead
letters and alarms, an event of its own with its schema, an API route, README, owner; and all that is generated from it.

npm run new-service -- loyalty --hears OrderConfirmed --owner team-x
  --hears <events>   what it listens to, with commas between them
  --owner <team>     who is asked about it (.github/CODEOWNERS)
  --help             this text

Exit code: 2 for a name that is taken, an event that does not exist, or another mistake; nothing is changed then.
`;

const command = async () => {
  const { values, positionals } = optionsOf({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      hears: { type: "string" },
      owner: { type: "string" },
    },
  });
  goOnUnread();
  if (values.help) return void process.stdout.write(help);
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0 || !values.hears || !values.owner)
    throw new CannotStart("It takes one name, --hears and --owner. Try --help.");
  const service = newServiceOf(name, values.hears, values.owner);
  makeAndTell(name, [writesService(service)]);
  process.stdout.write(`Read services/${name}/README.md; then npm start, npm test -- ${name}\n`);
};

command().catch(endOn);

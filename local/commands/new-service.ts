import { endOn } from "../command-line.ts";
import { asked } from "../golden-path/asked.ts";
import { dearer } from "../golden-path/dearer.ts";
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
  const told = asked(help, ["hears", "owner"]);
  if (!told) return;
  const { name, hears, owner } = told;
  const service = newServiceOf(name, hears, owner);
  await makeAndTell(name, [writesService(service)]);
  process.stdout.write(`Read services/${name}/README.md; then npm start, npm test -- ${name}
${dearer("Where it hears of every order, each costs more")}`);
};

command().catch(endOn);

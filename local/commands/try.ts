import { endOn, goOnUnread, optionsOf } from "../command-line.ts";
import { targetMeant, targetOptions } from "../target-meant.ts";
import { tryOrder } from "../try-order.ts";

const help = `Places one order and follows it to its end; exit code 1 when it does not end CONFIRMED, 2 when something is missing.

  --stage <name>   on a stage that was deployed from this checkout, under your AWS credentials and as the user whose address
                   and password are in PETSTORE_EMAIL and PETSTORE_PASSWORD; without it, on the shop that runs here
  --outputs <file> what the deployment wrote, where that is not .sst/outputs.json here
  --port <n>       which shop, where several run here: a port of its own
  --help           this text
`;

const tryOne = async () => {
  const { values } = optionsOf({ options: targetOptions });
  if (values.help) return void process.stdout.write(help);
  goOnUnread();
  const target = await targetMeant(values);
  const { stage } = values;
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const status = await tryOrder(target, say, `npm run seed${stage ? ` -- --stage ${stage}` : ""}`);
  process.exitCode = status === "CONFIRMED" ? 0 : 1;
};

tryOne().catch(endOn);

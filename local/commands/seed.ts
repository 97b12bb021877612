import { endOn, goOnUnread, optionsOf } from "../command-line.ts";
import { seedFromOutside } from "../seed/seed-from-outside.ts";
import { targetMeant, targetOptions } from "../target-meant.ts";

const help = `Lists the catalogue and takes in the first delivery, once however often it is run.

  --stage <name>   on a stage that was deployed from this checkout, under your AWS credentials and as the administrator whose
                   address and password are in PETSTORE_EMAIL and PETSTORE_PASSWORD; without it, on the shop that runs here
  --outputs <file> what the deployment wrote, where that is not .sst/outputs.json here
  --port <n>       which shop, where several run here: a port of its own
  --help           this text
`;

const seed = async () => {
  const { values } = optionsOf({ options: targetOptions });
  if (values.help) return void process.stdout.write(help);
  goOnUnread();
  const target = await targetMeant(values);
  await seedFromOutside(target, (text) => process.stdout.write(`${text}\n`));
};

seed().catch(endOn);

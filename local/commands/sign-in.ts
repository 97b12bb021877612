import { CannotStart } from "emulator/kernel/refusals";
import { endOn, optionsOf } from "../command-line.ts";
import { theShop } from "../running.ts";

const help = `Prints a token for somebody, from the shop that runs: npm run sign-in alice (or bob, carol, admin).

  --port <n>   which shop, where several run: a port of its own (npm run sign-in -- alice --port 3001)
  --help       this text
`;

const signIn = async () => {
  const { values, positionals } = optionsOf({
    allowPositionals: true,
    options: { port: { type: "string" }, help: { type: "boolean" } },
  });
  if (values.help) return void process.stdout.write(help);
  const [name, ...others] = positionals;
  if (!name) throw new CannotStart("Who? `npm run sign-in alice` (or bob, carol, admin).");
  if (others.length > 0) throw new CannotStart(`One at a time: \`npm run sign-in ${name}\`.`);
  const { api, token: key } = await theShop(values.port);
  const address = `${api}/_local/token/${encodeURIComponent(name)}`;
  const response = await fetch(`${address}?format=json&token=${key}`);
  const { token, message } = (await response.json()) as Record<string, string>;
  if (!response.ok) throw new CannotStart(message ?? `${api} refuses: ${response.status}.`);
  process.stdout.write(`${token}\n`);
};

signIn().catch(endOn);

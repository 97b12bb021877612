import { appendFileSync, mkdirSync } from "node:fs";
import { CannotStart } from "emulator/kernel/refusals";
import { endOn, goOnUnread } from "../command-line.ts";
import { redriveClients } from "../redrive/clients.ts";
import { help, runRedrive, wishesOf } from "../redrive/command.ts";
import { recordFile, recordIn, whoami } from "../redrive/record.ts";
import { scratch, shopGraph } from "../repository.ts";
import { theShop } from "../running.ts";

const LOCAL = "local";

/** Where it goes: to AWS, or to a shop that runs here. */
const goalOf = async (stage: string, port?: string) => {
  if (stage !== LOCAL) return { clients: redriveClients() };
  const { aws: endpoint, accessKeyId, secretAccessKey } = await theShop(port);
  const credentials = { accessKeyId, secretAccessKey };
  const clients = redriveClients({ endpoint, region: "us-east-1", credentials });
  return { clients, shop: endpoint };
};

const run = async () => {
  const wanted = wishesOf(process.argv.slice(2));
  if (wanted.help) return void process.stdout.write(help);
  const { stage, port, name, dryRun } = wanted;
  if (stage !== LOCAL && port !== undefined)
    throw new CannotStart("--port is of a running shop, --stage of one on AWS: say one of them.");
  // What was sent is on standard output, for machines; then people read the rest beside it.
  const people = name === undefined || dryRun ? process.stdout : process.stderr;
  goOnUnread();
  if (name !== undefined && !dryRun) {
    // Nothing is sent of which no record can be kept.
    mkdirSync(scratch, { recursive: true });
    appendFileSync(recordFile, "", { mode: 0o600 });
  }
  process.exitCode = await runRedrive(wanted, shopGraph(), {
    ...(await goalOf(stage, port)),
    now: Date.now,
    by: whoami(),
    say: (line) => void people.write(`${line}\n`),
    record(entry) {
      recordIn(recordFile).add(entry);
      process.stdout.write(`${JSON.stringify(entry)}\n`);
    },
  });
};

run().catch(endOn);

import { appendFileSync, mkdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { endOn, goOnUnread } from "../command-line.ts";
import { redriveClients } from "../redrive/clients.ts";
import { help, runRedrive, wishesOf } from "../redrive/command.ts";
import { scratch, shopGraph } from "../repository.ts";
import { theShop } from "../running.ts";

const LOCAL = "local";

const clientsOf = async (stage: string, port?: string) => {
  if (stage !== LOCAL) return redriveClients();
  const { aws: endpoint, accessKeyId, secretAccessKey } = await theShop(port);
  const credentials = { accessKeyId, secretAccessKey };
  return redriveClients({ endpoint, region: "us-east-1", credentials });
};

const whoami = () => {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // a container's user may have no name
  }
};

const run = async () => {
  const wanted = wishesOf(process.argv.slice(2));
  if (wanted.help) return void process.stdout.write(help);
  const { stage, port, name, dryRun } = wanted;
  if (stage !== LOCAL && port !== undefined)
    throw new CannotStart("--port is of a running shop, --stage of one on AWS: say one of them.");
  // What was sent is on standard output, for machines; then people read the rest beside it.
  const people = name === undefined || dryRun ? process.stdout : process.stderr;
  const file = join(scratch, "redrive.jsonl");
  goOnUnread();
  if (name !== undefined && !dryRun) {
    // Nothing is sent of which no record can be kept.
    mkdirSync(scratch, { recursive: true });
    appendFileSync(file, "");
  }
  process.exitCode = await runRedrive(wanted, shopGraph(), {
    clients: await clientsOf(stage, port),
    now: Date.now,
    by: whoami(),
    say: (line) => void people.write(`${line}\n`),
    record(entry) {
      const line = `${JSON.stringify(entry)}\n`;
      appendFileSync(file, line);
      process.stdout.write(line);
    },
  });
};

run().catch(endOn);

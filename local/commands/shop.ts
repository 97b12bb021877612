import { CannotStart } from "emulator/kernel/refusals";
import { endOn, goOnUnread } from "../command-line.ts";
import { help, shown, typed } from "../control/command-line.ts";
import type { Told } from "../control/told.ts";
import { theShop } from "../running.ts";
import { fetchRun, fileOf } from "../runs/fetch-run.ts";

const command = async () => {
  const asked = typed(process.argv.slice(2));
  goOnUnread();
  if (asked.help) return void process.stdout.write(help());
  const { api, token } = await theShop(asked.port);
  if (/^export(\s|$)/i.test(asked.line)) {
    const file = fileOf(asked.line.slice("export".length).trim());
    const told = await fetchRun({ api, token, file });
    return void process.stdout.write(`${asked.json ? JSON.stringify(told) : shown(told)}\n`);
  }
  const response = await fetch(`${api}/_local/console/commands?token=${token}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-petstore": "console" },
    body: JSON.stringify({ line: asked.line }),
  }).catch((error: Error) => {
    throw new CannotStart(`The shop at ${api} is gone: ${error.message}.`);
  });
  const answer = (await response.json()) as Told & { detail?: string };
  if (!response.ok) {
    const detail = answer.detail ?? `The shop answered ${response.status}.`;
    if (response.status < 500) throw new CannotStart(detail);
    throw new Error(detail);
  }
  process.stdout.write(`${asked.json ? JSON.stringify(answer) : shown(answer)}\n`);
};

command().catch(endOn);

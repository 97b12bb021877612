import { basename, resolve } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { endProcess } from "emulator/runtime/end-process";
import { addressOf } from "../pages/pages.ts";
import { announce } from "../running.ts";
import { builtPages, pageNames } from "../web/built.ts";
import { openRun } from "./open-run.ts";

type Options = {
  file: string;
  port: number;
  apiPort: number;
  json: boolean;
  say: (text: string) => void;
};

/** `npm start -- --run FILE`: serves a recorded run until Ctrl-C. Throws CannotStart, with one sentence. */
export const startRun = async ({ file, port, apiPort, json, say }: Options): Promise<void> => {
  if (file === "") throw new CannotStart("--run wants the name of a file.");
  const web = builtPages();
  // Where it was typed: npm runs commands at the root of the checkout.
  const named = resolve(process.env.INIT_CWD ?? process.cwd(), file);
  const run = await openRun({ file: named, name: basename(file), port, apiPort, web, say });
  const { about, shop, api, aws, token } = run;
  for (const name of pageNames)
    web.page(name).catch((error) => say(`The page /${name}/ cannot be built: ${error.message}`));
  const forget = announce({ api, aws, token, ...shop.administrator, recorded: true });
  process.stdout.write(
    json
      ? `${JSON.stringify({ api, aws, token, ...shop.administrator, recordedAt: about.recordedAt })}\n`
      : `
${about.sentence}

  It was made by version ${about.projectVersion} on Node ${about.node}: ${about.entries} entries, ${about.moments} moments.

  Console       ${addressOf(api, token, "/console/")}

Ctrl-C closes it.
`,
  );
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    forget();
    await run.stop();
    await endProcess(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
};

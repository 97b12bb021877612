import { createArrivals } from "emulator/boot/arrivals";
import { listenOnLoopback } from "emulator/doors/wire/server";
import { pacedClock } from "emulator/kernel/paced-clock";
import { endProcess } from "emulator/runtime/end-process";
import { liveShop } from "../live-shop.ts";
import { addressOf, curlLines } from "../pages/pages.ts";
import { announce } from "../running.ts";
import { builtPages, pageNames } from "../web/built.ts";
import type { CodeOf } from "./code-of.ts";
import type { Beside } from "./lesson.ts";

const say = (text: string) => void process.stderr.write(`${text}\n`);

/** Runs a shop on a copy's code, and what a lesson has beside it, until Ctrl-C. Its console is shown at a screen. */
export const runBeside = async (
  { variant, load }: CodeOf,
  { open, told }: Beside,
  screen: string,
) => {
  const clock = pacedClock({
    onError: (error, label) => say(`${label}: ${error instanceof Error ? error.message : error}`),
  });
  const [aws, api, own] = await Promise.all([
    listenOnLoopback(4566),
    listenOnLoopback(3000),
    listenOnLoopback(3100),
  ]);
  const web = builtPages();
  const shop = await liveShop({
    ...{ ...variant, clock, web, apiUrl: api.url, awsUrl: aws.url },
    forbidden: "Nothing is turned back here: what runs beside the shop would not turn with it.",
  });
  aws.serve(shop.outside.aws);
  api.serve(shop.outside.api);
  const opened = await open(shop, load);
  own.serve(createArrivals(clock).letIn(opened.answer));
  await shop.timeline.mark("opened");
  for (const name of pageNames)
    web.page(name).catch((error) => say(`The page /${name}/ cannot be built: ${error.message}`));
  const forget = announce({
    ...{ api: api.url, aws: aws.url, token: shop.pageToken },
    ...shop.administrator,
  });
  const { read } = curlLines(api.url, shop.pageToken, "alice");
  process.stdout.write(`
${told(own.url, read.slice(read.indexOf("-H ")))}

  Console       ${addressOf(api.url, shop.pageToken, `/console/${screen}`)}
  E-mails       ${addressOf(api.url, shop.pageToken, "/_local/emails")}

Ctrl-C stops it; nothing is kept.
`);
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    forget();
    await Promise.all([aws.stop(), api.stop(), own.stop()]);
    await opened.stop();
    await shop.stop();
    clock.stop();
    await endProcess(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
};

import { listenOnLoopback } from "emulator/doors/wire/server";
import { realClock } from "emulator/kernel/clock";
import { CannotStart } from "emulator/kernel/refusals";
import { endOn, optionsOf } from "../command-line.ts";
import { countCalls } from "../demo/count-calls.ts";
import { hearMishaps } from "../demo/mishaps.ts";
import { missing, outcomeOf, PROMISED, surprises } from "../demo/outcome.ts";
import { play, type Send } from "../demo/play.ts";
import { type Result, report } from "../demo/report.ts";
import { createScreen, type Screen } from "../demo/screen.ts";
import { MOST_ORDERS, stories, storiesFor } from "../demo/stories.ts";
import { openBooks } from "../judge/books.ts";
import { judge, judged } from "../judge/judge.ts";
import { openShop } from "../open.ts";
import type { Shop } from "../shop.ts";

const help = `Opens a pet shop of its own on this machine, lets customers live all sorts of stories in it, and judges the books.

  --orders <n>   how many stories, ${stories.length} to ${MOST_ORDERS} (${stories.length})
  --json         print the result as one line of JSON on standard output
  --help         this text
`;

const readOptions = () => {
  const { values } = optionsOf({
    options: {
      orders: { type: "string", default: String(stories.length) },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const orders = Number(values.orders);
  if (!Number.isInteger(orders) || orders < stories.length || orders > MOST_ORDERS)
    throw new CannotStart(
      `--orders is a number from ${stories.length} to ${MOST_ORDERS}, not "${values.orders}".`,
    );
  return { ...values, orders };
};

/** Reaches the API as any client does, over HTTP. A request that found nobody is a 503, which is safe to repeat. */
const overHttp =
  (local: Shop): Send =>
  async ({ method = "GET", path, as, headers, body }) => {
    const response = await fetch(`${local.urls.api}${path}`, {
      method,
      headers: {
        ...(as && { authorization: `Bearer ${local.token(as)}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    }).catch(() => new Response("{}", { status: 503 }));
    const text = await response.text();
    return { status: response.status, json: () => JSON.parse(text) };
  };

const NOTHING_LOST = "nothing was denied, refused or dropped on the way";

const perform = async (
  screen: Screen,
  orders: number,
  pace: number,
): Promise<{ result: Result; stop: () => Promise<void> }> => {
  const began = performance.now();
  const failures: string[] = [];
  const clock = realClock((error, label) => failures.push(`${label}: ${error}`));
  const [aws, api] = await Promise.all([listenOnLoopback(0), listenOnLoopback(0)]);
  const local = await openShop({
    clock,
    runtime: "worker",
    seeded: false, // what goes wrong meanwhile is heard, too
    apiUrl: api.url,
    awsUrl: aws.url,
  });
  const mishaps = hearMishaps(local);
  aws.serve(local.handlers.aws);
  api.serve(local.handlers.api);
  await local.open();
  const opening = (performance.now() - began) / 1000;

  const count = countCalls(local);
  const { scenes, stuck } = await play({
    local,
    stories: storiesFor(orders),
    send: overHttp(local),
    pace,
    patience: 120_000 + orders * 500,
    onChange: screen.show,
  });
  const tolls = scenes.map(({ order }) => count.of(order?.orderId));
  const total = count.total();

  const books = await openBooks(local);
  const outcomes = scenes.map((scene) => outcomeOf(scene, books));
  const wrong = surprises(scenes, outcomes);
  const violations = [
    ...judge(books),
    ...missing(outcomes, books),
    ...[...mishaps(), ...failures].map((what) => ({ invariant: NOTHING_LOST, what })),
  ];
  const sum = (name: "captured" | "refunded" | "taken") =>
    outcomes.reduce((all, outcome) => all + outcome[name], 0);
  const result: Result = {
    ok: violations.length === 0 && wrong.length === 0 && stuck.length === 0,
    seconds: (performance.now() - began) / 1000,
    opening,
    orders: outcomes.map((outcome, i) => ({
      ...outcome,
      ...(tolls[i] ?? { calls: 0, events: 0 }),
    })),
    totals: {
      captured: sum("captured"),
      refunded: sum("refunded"),
      taken: sum("taken"),
      ...total,
    },
    invariants: [...judged, PROMISED, NOTHING_LOST].map((name) => ({
      name,
      violations: violations.flatMap(({ invariant, what }) => (invariant === name ? what : [])),
    })),
    surprises: wrong,
    stuck,
  };
  const stop = async () => {
    await local.stop();
    clock.stop();
    await Promise.all([aws.stop(), api.stop()]);
  };
  return { result, stop };
};

const demo = async (): Promise<number> => {
  const { help: asked, json, orders } = readOptions();
  if (asked) {
    process.stdout.write(help);
    return 0;
  }
  const pace = Math.min(250, 10_000 / orders);
  const screen = createScreen(json ? process.stderr : process.stdout, pace);
  // The terminal signals this process and the one that started it, which passes the signal on: it may come twice.
  for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }))
    process.on(signal, () => {
      screen.end();
      process.stderr.write("Interrupted; nothing is kept.\n");
      process.exit(128 + number);
    });
  try {
    screen.say("Opening a pet shop on free ports of this machine ...");
    const { result, stop } = await perform(screen, orders, pace);
    screen.end();
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : report(result, process.stdout));
    await stop();
    return result.ok ? 0 : 1;
  } finally {
    screen.end();
  }
};

process.stdout.on("error", () => process.exit(1)); // whoever read it has gone
demo().then((code) => {
  process.exitCode = code;
}, endOn);

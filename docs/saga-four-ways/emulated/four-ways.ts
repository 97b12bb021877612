import { CannotStart } from "emulator/kernel/refusals";
import { endOn, goOnUnread, optionsOf } from "../../../local/command-line.ts";
import { virtualShop } from "../../../local/virtual-shop.ts";
import { stories as durableStories, withRunner } from "../durable-function/stories.ts";
import { countDurable, countOrder } from "./count.ts";
import { stir, stirByKind } from "./stir.ts";
import { stories, tell } from "./stories.ts";
import { addFigures, DURABLE, type Figures, writeTable } from "./table.ts";
import { ways } from "./ways.ts";

const help = `The saga of an order, coordinated in four ways: Step Functions, events, a durable function, a function with a table.
docs/saga-four-ways tells about them.

npm run four-ways -- [options]
  --stories      tells each way the same stories, and says how they ended (this is what it does without options)
  --count        counts what an order costs
  --seeds N      lets the simulator run the plans of N seeds, without faults and with
  --faults N     the same with N seeds for each kind of fault alone
  --only NAME    one way: "Step Functions", "choreography", "process manager", "durable function"
  --write        keeps what was counted and measured in docs/saga-four-ways/figures.json, and writes the table
  --help         this text

Exit code: 0 when every story ended as it should, 1 when one did not, 2 for what it was told wrongly.
`;

const say = (text: string) => void process.stdout.write(`${text}\n`);
const told = (name: string, faults: string[]) => {
  say(`  ${faults.length === 0 ? "as it should" : "BROKEN      "}  ${name}`);
  for (const fault of faults) say(`                  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
};

const wanted = (only: string | undefined) => {
  const names = [...ways().map(({ name }) => name), DURABLE];
  if (only !== undefined && !names.includes(only))
    throw new CannotStart(`--only is one of ${names.join(", ")}, not "${only}".`);
  return (name: string) => only === undefined || only === name;
};

const wholeOf = (name: string, word: string | undefined): number | undefined => {
  if (word === undefined) return undefined;
  if (!/^[1-9]\d{0,4}$/.test(word))
    throw new CannotStart(`--${name} is a whole number from 1 to 99999, not "${word}".`);
  return Number(word);
};

const tellStories = async (isWanted: (name: string) => boolean) => {
  for (const { name, variant } of ways().filter((way) => isWanted(way.name))) {
    say(name);
    for (const story of stories) {
      const shop = await virtualShop({ variant });
      told(story.name, await tell(shop, story));
      await shop.local.stop();
    }
  }
  if (!isWanted(DURABLE)) return;
  say(`${DURABLE} (in the SDK's own local runner, its steps on the emulator)`);
  await withRunner(async () => {
    for (const story of durableStories) told(story.name, await story.tell());
  });
};

const run = async () => {
  const { values } = optionsOf({
    options: {
      stories: { type: "boolean", default: false },
      count: { type: "boolean", default: false },
      seeds: { type: "string" },
      faults: { type: "string" },
      only: { type: "string" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  goOnUnread();
  if (values.help) return void process.stdout.write(help);
  const isWanted = wanted(values.only);
  const seeds = wholeOf("seeds", values.seeds);
  const perKind = wholeOf("faults", values.faults);
  if (values.only === DURABLE && (seeds || perKind))
    throw new CannotStart(`The simulator does not run the ${DURABLE}: --stories and --count do.`);
  const found: Figures = {};
  if (values.stories || !(values.count || seeds || perKind)) await tellStories(isWanted);
  const keep = (name: string, figures: Figures[string]) => {
    found[name] = { ...found[name], ...figures };
    say(`${name}: ${JSON.stringify(figures)}`);
  };
  for (const way of ways().filter(({ name }) => isWanted(name))) {
    if (values.count) keep(way.name, await countOrder(way));
    if (seeds) keep(way.name, { stirred: await stir(way, seeds) });
    if (perKind) keep(way.name, { byKind: await stirByKind(way, perKind) });
  }
  if (values.count && isWanted(DURABLE)) keep(DURABLE, await countDurable());
  if (values.write) {
    addFigures(found);
    writeTable();
  }
};

run().then(() => process.exit(), endOn);

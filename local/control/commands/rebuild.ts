import { marshall } from "@aws-sdk/util-dynamodb";
import type { Plain } from "../../data/canonical.ts";
import { rowsOf } from "../../data/kept-rows.ts";
import { keyOf, type View, views } from "../../data/views.ts";
import type { Command, Control } from "../command.ts";
import { isOver, type Rebuild } from "../rebuild.ts";
import { plural, refuse, type Told } from "../told.ts";
import { oneOf } from "../words.ts";

const names = views.map(({ id }) => id);

/** The view that somebody means: by its id, its rule or its projection. */
const viewNamed = (word: string): View => {
  const lower = word.toLowerCase();
  const found = views.find((one) =>
    [one.rule, one.projection, one.queue].some((name) => name.toLowerCase() === lower),
  );
  const id = found?.id ?? oneOf(names, word, "view");
  return views.find((one) => one.id === id) as View;
};

const short = (hash: string) => hash.slice(0, 12);

/** What became of a rebuild, in one sentence. */
const sentenceOf = (told: Rebuild): string => {
  const { view, state, why, events, before, after, differ, waiting, dead, meanwhile } = told;
  const far = `${events.done} of ${plural(events.of, "archived event")}`;
  const lost = dead > 0 ? ` ${plural(dead, "event")} of it lie among the dead letters.` : "";
  if (state === "failed") return `The view of ${view} was not rebuilt: ${why}`;
  if (!after)
    return `The view of ${view} is being rebuilt: ${far} replayed, ${waiting} still to be applied.`;
  const how =
    before.hash === after.hash
      ? `${plural(after.rows, "row")}, hash ${short(after.hash)} before and after: equal.`
      : `hash ${short(before.hash)} of ${plural(before.rows, "row")} before, ${short(after.hash)} of ${after.rows} after: ${differ === 1 ? "1 row differs" : `${differ} rows differ`}.${meanwhile > 0 ? ` Meanwhile ${plural(meanwhile, "event")} came in.` : ""}`;
  return `${state === "cancelled" ? `The rebuild of ${view} was cancelled after` : `The view of ${view} is rebuilt, from`} ${far}; ${how}${lost}`;
};

const rowLines = ({ differing }: Rebuild) =>
  differing.map(({ key, how, changes }) =>
    [
      `${key} ${how}`,
      ...changes
        .slice(0, 4)
        .map(
          ({ path, before, after }) =>
            `${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`,
        ),
    ].join("; "),
  );

/** The line of the AWS CLI that replays the archive to a view's rule. */
export const replayLine = ({ rebuilds }: Pick<Control, "rebuilds">, view: View): string => {
  const input = rebuilds.replayOf(view);
  return `aws events start-replay --replay-name ${input.ReplayName} --event-source-arn ${input.EventSourceArn} --event-start-time ${input.EventStartTime} --event-end-time ${input.EventEndTime} --destination '${JSON.stringify(input.Destination)}'`;
};

/** So long a command waits for a rebuild, on the shop's clock; after that it says how far it is. */
const PATIENCE_MS = 60_000;

const toldOf = (told: Rebuild, view: View, aws: string[]): Told => ({
  said: sentenceOf(told),
  next: isOver(told)
    ? told.differ > 0 || told.state !== "rebuilt"
      ? "What differs is what was wrong before, or what came in since; rebuilt once more it has to be equal."
      : "Every event was applied once to the empty view, and it says what it said before."
    : `It goes on: \`rebuild\` says how far it is, \`rebuild ${view.id} cancel\` ends it.`,
  ...(told.differing.length > 0 && { list: rowLines(told) }),
  aws,
});

/** `rebuild`: makes a read model anew of the archived events. */
export const rebuildCommand: Command = {
  name: "rebuild",
  title: "Rebuild a read model",
  usage: "rebuild [VIEW] [cancel]",
  tells: `empties a read model (${names.join(", ")}) and replays the archive to its rule; tells its hash before and after`,
  hypothesis: "A read model is a fold of the events: thrown away and made again, it says the same.",
  example: "rebuild orders",
  async run({ shop, rebuilds }, words) {
    const [word, what, more] = words;
    if (more || (what !== undefined && what !== "cancel"))
      refuse("Which view? For instance: rebuild orders, or rebuild orders cancel.");
    if (word === undefined) {
      const list = rebuilds.list().map(sentenceOf);
      return {
        said: list.length === 0 ? "Nothing was rebuilt yet." : "Read models that were rebuilt:",
        next: `\`rebuild VIEW\` makes one anew: ${names.join(", ")}.`,
        list,
      };
    }
    const view = viewNamed(word);
    if (what === "cancel") {
      const told = await rebuilds.cancel(view);
      const aws = [`aws events cancel-replay --replay-name ${told.replay}`];
      return {
        said: sentenceOf(told),
        next: `The view has what was replayed until then; \`rebuild ${view.id}\` begins anew.`,
        aws,
      };
    }
    const aws = [replayLine({ rebuilds }, view)];
    const { clock } = shop.cloud;
    const { over } = await rebuilds.start(view);
    const { promise: patience, resolve } = Promise.withResolvers<undefined>();
    const timer = clock.after(PATIENCE_MS, "somebody waits for a rebuild", () =>
      resolve(undefined),
    );
    const now = () => rebuilds.list().find((one) => one.view === view.id) as Rebuild;
    const told = (await Promise.race([over, patience])) ?? now();
    timer.cancel();
    return toldOf(told, view, aws);
  },
};

const newest = (rows: Plain[]): Plain | undefined =>
  rows
    .filter(({ sk }) => sk !== "NEEDS_ATTENTION")
    .toSorted((a, b) =>
      `${a.placedAt ?? ""}${keyOf(a)}`.localeCompare(`${b.placedAt ?? ""}${keyOf(b)}`),
    )
    .at(-1);

/** `spoil`: writes something wrong into a row of a read model. */
export const spoilCommand: Command = {
  name: "spoil",
  title: "Spoil a read model",
  usage: "spoil VIEW [KEY]",
  tells:
    "writes something wrong into one row of a read model: the newest, or one whose key has this",
  hypothesis: "What is wrong in a view is mended by rebuilding it: the events are right.",
  example: "spoil orders",
  async run({ shop }, [word, key, more]) {
    if (!word || more) refuse("Which view? For instance: spoil orders.");
    const view = viewNamed(word as string);
    const rows: Plain[] = [];
    for (const row of rowsOf(shop, shop.nameOf(view.table)))
      if (view.holds(row) && (!key || keyOf(row).includes(key))) rows.push(row);
    const row = newest(rows);
    if (!row)
      return refuse(
        `The view of ${view.id} has no row${key ? ` with ${key} in its key` : " yet: place an order first"}.`,
      );
    const wrong = view.spoil(row);
    const fields = Object.keys(wrong);
    const input = {
      TableName: shop.nameOf(view.table),
      Key: marshall({ pk: row.pk, sk: row.sk }),
      UpdateExpression: `SET ${fields.map((name) => `#${name} = :${name}`).join(", ")}`,
      ExpressionAttributeNames: Object.fromEntries(fields.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: marshall(
        Object.fromEntries(fields.map((name) => [`:${name}`, wrong[name]])),
        { removeUndefinedValues: true },
      ),
    };
    await shop.call("dynamodb", "UpdateItem", input);
    return {
      said: `The row ${keyOf(row)} of the view of ${view.id} is wrong now: ${fields.map((name) => `${name} is ${JSON.stringify(wrong[name])}`).join(", ")}.`,
      next: `\`rebuild ${view.id}\` mends it. ${view.replay}`,
    };
  },
};

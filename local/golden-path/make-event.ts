import { createHash } from "node:crypto";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "../../packages/core/src/event.ts";
import { addImport, addToList, change, edit } from "./edit.ts";
import { makeHearers } from "./make-hearer.ts";
import type { NewEvent } from "./new-event.ts";
import { sentenceOf, titled } from "./words.ts";

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Six letters of a ULID that are the name's own. */
const lettersOf = (name: string) =>
  [...createHash("sha256").update(name).digest().subarray(0, 6)]
    .map((byte) => LETTERS[byte % LETTERS.length])
    .join("");

/** The event as it will be published, in the form of one that its context has published before. */
const recordedAs = (root: string, { name, type, publisher, shape }: NewEvent): Envelope => {
  const folder = join(root, "packages/events/corpus");
  const before = globSync(`${publisher.name}.*.json`, { cwd: folder })
    .sort()
    .flatMap((file): Envelope[] => JSON.parse(readFileSync(join(folder, file), "utf8")));
  const model = before.find(({ data }) =>
    shape.fields.every((field) => field in (data as object)),
  ) as Envelope;
  const said = model.data as Record<string, unknown>;
  const data = Object.fromEntries(shape.fields.map((field) => [field, said[field]]));
  return { ...model, type, data, id: `${model.id.slice(0, -6)}${lettersOf(name)}` };
};

/** Where the rulebook of a context stands that has to know each of its events, and what becomes of it. */
const rulebooks: Record<string, (root: string, name: string) => string> = {
  orders(root, name) {
    const file = "services/orders/src/domain/order-state.ts";
    addImport(root, file, [name], "@petstore/events/orders");
    const first = "    case OrderConfirmed.type:\n";
    edit(root, file, first, `    case ${name}.type:\n      return state;\n${first}`);
    return file;
  },
  inventory(root, name) {
    const file = "services/inventory/src/domain/holding.ts";
    addImport(root, file, [name], "@petstore/events/inventory");
    const one = "      | typeof StockReserved\n";
    edit(root, file, one, `      | typeof ${name}\n${one}`);
    const last = '    case "ReservationClosed":\n';
    edit(root, file, last, `    case ${name}.type:\n      return { reservation, shelf };\n${last}`);
    return file;
  },
};

/** Where an event is raised: the file and line, from the root, and the words there of one that is raised already, if any. */
export const raisedAt = (
  root: string,
  { publisher: { name } }: NewEvent,
): { place: string; beside: string | undefined } => {
  const reserved = "StockReserved({ orderId, lines: take(shelf, lines), expiresAt: until(now) })";
  const raised: Record<string, [file: string, beside: string]> = {
    orders: ["services/orders/src/domain/order.ts", "OrderConfirmed(state)"],
    inventory: ["services/inventory/src/domain/reservation.ts", reserved],
  };
  // In these an event is made of something else that was written down before.
  const derived: Record<string, [file: string, line: string]> = {
    payments: ["services/payments/src/domain/ledger.ts", "switch (event.type) {"],
    reconciliation: ["services/reconciliation/src/adapters/tell.ts", "const event ="],
  };
  const noted = `${titled(name)}Noted({ subject, what, version })`;
  const made = raised[name] ?? [`services/${name}/src/domain/${name}.ts`, noted];
  const [file, words] = derived[name] ?? made;
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  const at = lines.findIndex((one) => one.includes(words));
  return {
    place: at < 0 ? file : `${file}:${at + 1}`,
    beside: derived[name] || at < 0 ? undefined : words,
  };
};

/** Adds the event to what the context's README.md says that it publishes, where it says so. */
const tellReaders = (root: string, { name, publisher }: NewEvent) => {
  const path = join(root, `services/${publisher.name}/README.md`);
  const text = readFileSync(path, "utf8");
  writeFileSync(
    path,
    text.replace(/^\*\*Publishes\*\* [^.]*(?=\.$)/m, (all) => `${all}, ${name}`),
  );
};

/** Writes a new event into a checkout, and each context that hears it. Answers the files to be put in order. */
export const makeEvent = (root: string, event: NewEvent): string[] => {
  const { name, type, publisher, shape } = event;
  const { file, list } = publisher.publishes;
  change(root, file, (text) => {
    const at = text.lastIndexOf("/**", text.indexOf(`export const ${list} =`));
    const contract = `/** ${sentenceOf(name)}. */\nexport const ${name} = defineEvent("${type}", ${shape.schema});\n\n`;
    return `${text.slice(0, at)}${contract}${text.slice(at)}`;
  });
  addToList(root, file, list, name);
  const recorded = recordedAs(root, event);
  const corpus = `packages/events/corpus/${type}.json`;
  writeFileSync(join(root, corpus), `${JSON.stringify([recorded], null, 2)}\n`);
  const rulebook = rulebooks[publisher.name]?.(root, name);
  tellReaders(root, event);

  const heard = makeHearers(root, event, recorded);
  const views = readFileSync(join(root, "services/read-side/src/domain/order-view.ts"), "utf8");
  const seen = views.includes(`  ...${list},`) ? ["OrderViews"] : [];
  const hearersFile = join(root, "infra/who-hears-what.json");
  const who: Record<string, string[]> = JSON.parse(readFileSync(hearersFile, "utf8"));
  const rules = heard.map(({ rule }) => rule);
  who[type] = [...new Set([...seen, ...rules])].sort();
  writeFileSync(hearersFile, `${JSON.stringify(who, null, 2)}\n`);
  return [
    ...[file, corpus, "infra/who-hears-what.json", `services/${publisher.name}/README.md`],
    ...(rulebook ? [rulebook] : []),
    ...heard.flatMap(({ files }) => files),
  ];
};

/** The call that makes the event, for whoever raises it. */
export const callOf = ({ name, shape }: NewEvent): string =>
  `${name}({ ${shape.fields.join(", ")} })`;

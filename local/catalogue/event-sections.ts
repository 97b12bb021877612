import type { Contract } from "./contracts.ts";
import type { Hearer } from "./hearers.ts";
import { code, folded, paragraphs, table } from "./markdown.ts";
import { recorded } from "./recorded.ts";
import { alarmsOn, type Known, publishersOf } from "./services.ts";

const serviceLink = (name: string) => `[${name}](services/${name}.md)`;
const schemaLink = (type: string) => `[schema](../../packages/events/schemas/${type}.json)`;

/** By which way an event comes to who hears it. */
const wayOf = ({ queue, begins }: Hearer) =>
  `${queue ? code(queue) : "the rule itself"}${begins.length > 0 ? `, and begins ${begins.join(", ")}` : ""}`;

/** What alarms hold a hearer to. */
export const promiseOf = (known: Known, { queue, deadLetters }: Hearer): string => {
  const late = alarmsOn(known, queue ? [queue] : [], "ApproximateAgeOfOldestMessage");
  const lost = alarmsOn(known, [deadLetters], "ApproximateNumberOfMessagesVisible");
  return [...late, ...lost].map(({ holds, name }) => `${holds} (${code(name)})`).join("; ");
};

/** What alarms hold the publisher of an event to. */
const publishing = (known: Known, service: string) => {
  const late = alarmsOn(known, publishersOf(known, service), "IteratorAge");
  return late.map(({ holds, name }) => `${holds} (${code(name)})`).join("; ");
};

/** What is to be known of a version. */
const stateOf = ({ run }: Known, contract: Contract, all: readonly Contract[]) => {
  const newer = all.find(({ version }) => version > contract.version);
  if (run.events.has(contract.type))
    return newer ? `published beside v${newer.version}` : "published";
  return newer ? "not published any more; read from archives" : "published by no story of the run";
};

const exampleOf = ({ run }: Known, { type }: Contract) => {
  const event = run.events.get(type);
  return event
    ? folded(`An example of ${code(type)}, from a run`, event)
    : folded(
        `An example of ${code(type)}, as it was recorded when it was published`,
        recorded(type),
      );
};

/** All that is known of an event, over its versions. */
export const eventSection = (known: Known, name: string, versions: readonly Contract[]): string => {
  const newest = versions.at(-1);
  if (!newest) return "";
  const { service } = newest;
  const owner = known.services.find((one) => one.name === service)?.owner ?? "nobody";
  const hearers = versions.flatMap(({ type, version }) =>
    known.hearersOf(type).map((hearer) => ({ ...hearer, version })),
  );
  const byFunction = [...Map.groupBy(hearers, (hearer) => hearer.function).values()];
  return paragraphs(
    `### ${name}`,
    newest.says,
    `Published by ${serviceLink(service)} (${code(owner)}) through ${publishersOf(known, service).map(code).join(", ")}. ${publishing(known, service)}`.trim(),
    table(
      ["version", "state", "schema"],
      versions.map((one) => [
        `v${one.version}`,
        stateOf(known, one, versions),
        schemaLink(one.type),
      ]),
    ),
    byFunction.length === 0
      ? "Nobody hears it but the archive."
      : table(
          ["heard by", "of", "version", "through", "what its alarms hold it to"],
          byFunction.flatMap((its) => {
            const [hearer] = its;
            if (!hearer) return [];
            const which = its.map(({ version }) => `v${version}`).join(", ");
            return [
              [
                code(hearer.function),
                serviceLink(hearer.service),
                which,
                wayOf(hearer),
                promiseOf(known, hearer),
              ],
            ];
          }),
        ),
    ...versions.map((one) => exampleOf(known, one)),
  ).trimEnd();
};

/** The events by their names, each with its versions, the oldest first. */
export const eventNames = ({ contracts }: Known): [name: string, versions: Contract[]][] =>
  [...Map.groupBy(contracts, ({ name }) => name)].map(([name, versions]) => [
    name,
    versions.toSorted((a, b) => a.version - b.version),
  ]);

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "emulator/boot/graph";
import { CannotStart } from "emulator/kernel/refusals";
import { repositoryRoot } from "../repository.ts";
import { serviceNames } from "../scorecard/service.ts";
import { type Alarm, alarmsOf } from "./alarms.ts";
import { type Contract, contracts } from "./contracts.ts";
import { type Hearer, hearersOf } from "./hearers.ts";
import { ownerOf } from "./owners.ts";
import type { Run } from "./run.ts";
import { type Wired, wiredOf } from "./wired.ts";

/** A service of the catalogue. */
export type Service = {
  name: string;
  owner: string;
  /** The first paragraph of its README. */
  says: string;
};

/** What all pages are made of: the graph, the contracts, and what a run of the shop shows. */
export type Known = {
  graph: Graph;
  wired: Wired;
  services: Service[];
  contracts: Contract[];
  alarms: Alarm[];
  run: Run;
  hearersOf: (type: string) => Hearer[];
};

/** The first paragraph of a service's README as plain text: its links lead from there, and tools show it, too. */
const firstParagraph = (name: string) => {
  const file = `services/${name}/README.md`;
  if (!existsSync(join(repositoryRoot, file)))
    throw new CannotStart(`There is no ${file}, whose first paragraph says what ${name} is.`);
  const text = readFileSync(join(repositoryRoot, file), "utf8");
  const [, paragraph = ""] = text.split(/\n\s*\n/);
  return paragraph
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/\*\*|`/g, "")
    .replaceAll(/\s*\n\s*/g, " ")
    .trim();
};

/** Gathers all that the catalogue is made of. */
export const knownOf = (graph: Graph, run: Run): Known => {
  const wired = wiredOf(graph);
  const services = serviceNames().map((name) => ({
    ...{ name, says: firstParagraph(name) },
    owner: ownerOf(`services/${name}/`),
  }));
  return {
    ...{ graph, wired, services, run },
    contracts: contracts(),
    alarms: alarmsOf(graph),
    hearersOf: (type) => hearersOf(graph, wired, type),
  };
};

/** The functions through which a service publishes. */
export const publishersOf = ({ wired }: Known, service: string): string[] =>
  wired.ties
    .filter(({ from, to }) => to.kind === "bus" && from.room === service)
    .map(({ from }) => from.id);

/** The alarms that hold these things to something, of these metrics. */
export const alarmsOn = ({ alarms }: Known, things: readonly string[], metric: string): Alarm[] =>
  alarms.filter((alarm) => things.includes(alarm.of) && alarm.metric === metric);

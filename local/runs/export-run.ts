import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Holder } from "emulator/doors/wire/credentials";
import { createRedaction, type Redaction } from "emulator/recording/redaction";
import { sealed } from "emulator/recording/sealed-file";
import { linesOfRecording, type Material } from "emulator/recording/write-recording";
import { repositoryRoot } from "../repository.ts";
import type { Shop } from "../shop.ts";

/** How a file with a run in it is named. */
const RUN_FILE = ".petstore-run";

/** The version of this project. */
export const projectVersion = (): string =>
  JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8")).version;

/** All secrets that a shop knows: its keys, its tokens, what is linked as a secret. */
export const secretsOf = ({ cloud, graph, pageToken, accounts, token }: Shop): string[] => {
  const keys = (cloud.keeper.parts.get("iam.keys")?.take() ?? []) as [string, Holder][];
  const linked = graph.functions.flatMap(({ links }) =>
    Object.values(links).flatMap(({ type, value }) =>
      String(type).endsWith("Secret") && typeof value === "string" && value !== "" ? [value] : [],
    ),
  );
  return [
    pageToken,
    ...keys.flatMap(([key, { secretAccessKey }]) => [key, secretAccessKey]),
    ...linked,
    ...accounts.map(({ name }) => token(name)),
  ];
};

/** Addresses that the shop itself sends from, at the domain that is nobody's (RFC 2606). */
const sendersOf = ({ graph }: Shop): string[] =>
  graph.resources
    .filter(({ type }) => type.endsWith(":EmailIdentity"))
    .map(({ inputs }) => String(inputs.emailIdentity).toLowerCase())
    .filter((address) => /@(.*\.)?petstore\.example$/.test(address));

/** Takes out of a shop's run what is secret and whose addresses are in it. */
export const redactionOf = (shop: Shop): Redaction =>
  createRedaction(secretsOf(shop), sendersOf(shop));

/** All that a run is made of, as it is now. It costs what one kept moment costs. */
const materialOf = async (shop: Shop): Promise<Material> => {
  const { beside, cloud, graph } = shop;
  const { clock, timeline } = beside;
  await timeline?.mark("exported");
  // From here on to the end in one go: all of it is of one moment.
  const now = cloud.clock.now();
  const moments = timeline
    ? timeline.moments().map((moment) => ({ moment, world: timeline.worldAt(moment.id) }))
    : [
        {
          moment: { id: 1, at: now, seq: cloud.trace.last, label: "exported" },
          world: { parts: cloud.keeper.take(), clock: { now, chance: [] } },
        },
      ];
  const last = moments.at(-1)?.moment.seq ?? 0;
  const speed = clock?.speed ?? 1;
  return {
    head: {
      project: graph.app,
      projectVersion: projectVersion(),
      node: process.version,
      recordedAt: Date.now(),
      now,
      epoch: cloud.trace.epoch,
      speed: Number.isFinite(speed) ? speed : "max",
    },
    graph,
    moments,
    entries: cloud.trace.entries(0, Number.POSITIVE_INFINITY).filter(({ seq }) => seq <= last),
    parts: cloud.keeper.parts,
  };
};

/** A run that leaves the machine, as the bytes of a file. They are made as they are read. */
export type ExportedRun = {
  /** How to name its file. */
  name: string;
  entries: number;
  moments: number;
  bytes: AsyncIterable<Buffer>;
};

/** Takes a shop's run as it is now: trace, kept moments, versions. What is made of it has no secret in it. */
export const exportRun = async (
  shop: Shop,
  redaction: Redaction = redactionOf(shop),
): Promise<ExportedRun> => {
  const material = await materialOf(shop);
  const day = new Date(material.head.recordedAt).toISOString().slice(0, 16).replace(/[T:]/g, "-");
  return {
    name: `run-${day}${RUN_FILE}`,
    entries: material.entries.length,
    moments: material.moments.length,
    bytes: sealed(linesOfRecording(material, redaction)),
  };
};

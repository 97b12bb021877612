import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Envelope, type EventContract, openEnvelope, typesOf } from "@petstore/core/event";
import { describe, expect, it } from "vitest";
import { catalogue } from "./catalogue.ts";

const contracts: readonly EventContract[] = catalogue;
const folder = (name: string) => join(import.meta.dirname, "..", name);
const published = globSync("*.json", { cwd: folder("schemas") });
/** The newest reader of a version: who can lift it, otherwise its own contract. */
const readerOf = (type: string) =>
  contracts.find((one) => one.type !== type && typesOf([one]).includes(type)) ??
  contracts.find((one) => one.type === type);

// How events are recorded, and how they go through today's consumers: local/test/corpus.system.test.ts.
describe.each(published)("F27 the events of the published version %s", (file) => {
  const events = (): Envelope[] =>
    JSON.parse(readFileSync(join(folder("corpus"), file), "utf8")) as Envelope[];

  it("were recorded, each in the form in which it was published", () => {
    expect(events().length).toBeGreaterThan(0);
    for (const { type } of events()) expect(`${type}.json`).toBe(file);
  });

  it("are understood by today's readers, and nothing that they say is dropped unless a newer version drops it", () => {
    for (const event of events()) {
      const own = contracts.find(({ type }) => type === event.type);
      expect(openEnvelope([own as EventContract], event)).toEqual(event);
      expect(() => openEnvelope([readerOf(event.type) as EventContract], event)).not.toThrow();
    }
  });
});

it("there is no recorded event of a version that was never published", () => {
  expect(globSync("*.json", { cwd: folder("corpus") }).sort()).toEqual(published.sort());
});

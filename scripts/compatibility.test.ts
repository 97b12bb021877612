import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { breakingChanges, isCompatible } from "./compatibility.ts";
import { eventSchemas, SCHEMAS } from "./event-schemas.ts";

const edit = (file: string, change: (schema: Schema) => void) => {
  const schema = JSON.parse(readFileSync(join(SCHEMAS, file), "utf8"));
  change(schema);
  return JSON.stringify(schema);
};
type Schema = { properties: Record<string, object>; required: string[] };

const FILE = "inventory.StockReserved.v1.json";
const published = () => readFileSync(join(SCHEMAS, FILE), "utf8");

describe("the published schemas", () => {
  it("are those of the contracts (after a change: npm run schemas)", () => {
    for (const [file, schema] of eventSchemas())
      expect(readFileSync(join(SCHEMAS, file), "utf8"), file).toBe(schema);
  });

  it("are broken by nothing", () => expect(breakingChanges()).toEqual([]));

  it("may gain an optional member", () => {
    const changed = edit(FILE, ({ properties }) =>
      Object.assign(properties, { note: { type: "string" } }),
    );
    expect(isCompatible(published(), changed)).toBe(true);
  });

  it("are protected from the loss, the retyping or the narrowing of a member, and from a new required one", () => {
    const changes: ((schema: Schema) => void)[] = [
      ({ properties }) => delete properties.expiresAt,
      ({ properties }) => Object.assign(properties, { expiresAt: { type: "number" } }),
      ({ properties }) =>
        Object.assign(properties, { expiresAt: { type: "string", maxLength: 3 } }),
      ({ required }) => required.splice(0, 1),
      ({ properties, required }) => {
        properties.note = { type: "string" };
        required.push("note");
      },
    ];
    for (const change of changes) expect(isCompatible(published(), edit(FILE, change))).toBe(false);
  });

  it("may not lose an event, nor have one broken", () => {
    const without = eventSchemas();
    without.delete(FILE);
    expect(breakingChanges(without)).toEqual([`${FILE}: published, and gone`]);
    const broken = eventSchemas().set(
      FILE,
      edit(FILE, ({ required }) => required.splice(0, 1)),
    );
    expect(breakingChanges(broken)).toEqual([`${FILE}: an old reader or the archive would break`]);
  });
});

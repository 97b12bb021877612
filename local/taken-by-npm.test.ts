import { describe, expect, it, vi } from "vitest";
import { optionsOf } from "./command-line.ts";
import { refuseTakenByNpm } from "./taken-by-npm.ts";

const run = { run: { type: "boolean" }, "dry-run": { type: "boolean" } } as const;
const words = { after: { type: "string" }, in: { type: "string" } } as const;

describe("an option before the two dashes, which npm keeps", () => {
  it("is refused with the line that works", () => {
    const env = { npm_lifecycle_event: "lesson", npm_config_run: "true" };
    expect(() => refuseTakenByNpm(run, { args: ["m1"], env })).toThrow(
      "npm took --run for itself, because no `--` stands before it: `npm run lesson -- m1 --run`.",
    );
    const start = { npm_lifecycle_event: "start", npm_config_dry_run: "true" };
    expect(() => refuseTakenByNpm(run, { args: [], env: start })).toThrow(
      "`npm start -- --dry-run`",
    );
  });

  it("is refused with its name, where nobody knows any more which word was its own", () => {
    const event = { npm_lifecycle_event: "new-step" };
    const env = { ...event, npm_config_after: "true", npm_config_in: "inventory" };
    expect(() => refuseTakenByNpm(words, { args: ["WrapGift", "ReserveStock"], env })).toThrow(
      "npm took --after and --in for itself, because no `--` stands before it: `npm run new-step -- … --after … --in …`.",
    );
  });

  it("is none where it stands behind them, too", () => {
    const env = { npm_lifecycle_event: "redrive", npm_config_dry_run: "true" };
    refuseTakenByNpm(run, { args: ["Queue", "--dry-run"], env });
    expect(() => refuseTakenByNpm(run, { args: ["Queue"], env })).toThrow("--dry-run");
  });

  it("is none where npm says no, knows the word as its own, or has not run the command", () => {
    const no = {
      npm_lifecycle_event: "lesson",
      npm_config_run: "",
      npm_config_only: "prod",
      npm_config_json: "true",
    };
    refuseTakenByNpm(
      { ...run, only: { type: "string" }, json: { type: "boolean" } },
      { args: [], env: no },
    );
    refuseTakenByNpm(run, { args: [], env: { npm_config_run: "true" } });
  });

  it("is looked for by every command that has options", () => {
    vi.stubEnv("npm_lifecycle_event", "lesson");
    vi.stubEnv("npm_config_run", "true");
    expect(() => optionsOf({ args: ["m1"], allowPositionals: true, options: run })).toThrow(
      "npm run lesson -- m1 --run",
    );
    vi.unstubAllEnvs();
  });
});

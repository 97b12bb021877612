import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// A limit is there to end what hangs. A busy machine that is ten times slower must not meet it.
const limits = { testTimeout: 600_000, hookTimeout: 600_000 };

// Vite takes these for the end of a path; Node, which then runs the tests by itself, does not.
const odd = /[#?%]/.test(import.meta.dirname);

// In .petstore are learners' copies of the whole.
const exclude = ["**/node_modules/**", ".petstore/**"];

// `npm test -- --quick` has some of them only.
const { ONLY_OF_THE_WHOLE = "**/*" } = process.env;
const wholeShop = ONLY_OF_THE_WHOLE.split(",").map((name) => `${name}.system.test.ts`);

const common = {
  ...limits,
  // A worker goes on to its next file with what it has imported, bundled and opened. So no test may leave anything behind
  // in its process: no global, no variable of the environment, no listener.
  isolate: false,
  // What a list or an order holds is what was broken: "expected [ …(3) ]" says nothing.
  chaiConfig: { truncateThreshold: 500 },
  expect: { poll: { timeout: 500_000 } },
  ...(odd && { experimental: { viteModuleRunner: false } }),
};

export default defineConfig({
  test: {
    teardownTimeout: 120_000,
    ...(!odd && { globalSetup: "scripts/temporary-folder.ts" }),
    // One more than there are cores: some tests wait for a browser or another process, and leave a core idle.
    maxWorkers: availableParallelism() + 1,
    // A shop makes much that is of no use a moment later: with more room for it, a third less is spent on tidying up.
    execArgv: ["--max-semi-space-size=64"],
    projects: [
      {
        test: {
          ...common,
          name: "unit",
          include: ["{packages,services,local,infra,scripts,web,docs}/**/*.test.ts", "*.test.ts"],
          exclude: [...exclude, "**/*.system.test.ts", "**/*.browser.test.ts"],
        },
      },
      {
        test: {
          ...common,
          name: "emulator",
          include: ["emulator/**/*.test.ts"],
          exclude: [...exclude, "**/*.system.test.ts"],
        },
      },
      {
        test: {
          ...common,
          name: "system",
          include: wholeShop,
          exclude,
        },
      },
      {
        test: {
          ...common,
          name: "browser",
          include: ["web/**/*.browser.test.ts"],
          exclude,
        },
      },
    ],
  },
});

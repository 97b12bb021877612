import { defineConfig } from "vitest/config";

// A limit is there to end what hangs. A busy machine that is ten times slower must not meet it.
const limits = { testTimeout: 600_000, hookTimeout: 600_000 };

export default defineConfig({
  test: {
    teardownTimeout: 120_000,
    projects: [
      {
        test: {
          ...limits,
          name: "unit",
          include: ["{packages,services,emulator,local,infra,scripts}/**/*.test.ts", "*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.system.test.ts"],
        },
      },
      {
        test: {
          ...limits,
          name: "system",
          include: ["**/*.system.test.ts"],
          exclude: ["**/node_modules/**"],
        },
      },
    ],
  },
});

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{packages,services,emulator,local,infra,scripts}/**/*.test.ts", "*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.system.test.ts"],
        },
      },
      {
        test: {
          name: "system",
          include: ["**/*.system.test.ts"],
          exclude: ["**/node_modules/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

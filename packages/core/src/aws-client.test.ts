import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { awsClient } from "./aws-client.ts";

const root = join(import.meta.dirname, "..", "..", "..");
type Waits = { requestTimeout: number; throwOnRequestTimeout: boolean };
const FUNCTION_MS = 10_000;

describe("a client of AWS", () => {
  it("gives up a call, with all its attempts, before its function is over", async () => {
    const { config } = awsClient(SQSClient);
    const attempts = await config.maxAttempts();
    const handler = config.requestHandler as unknown as { configProvider: Promise<Waits> };
    const { requestTimeout, throwOnRequestTimeout } = await handler.configProvider;
    expect(throwOnRequestTimeout).toBe(true);
    expect(attempts * requestTimeout).toBeLessThan(0.75 * FUNCTION_MS);
  });

  it("is made in one place", () => {
    const elsewhere = globSync("{packages,services}/*/src/**/*.ts", { cwd: root })
      .filter((file) => !file.endsWith(".test.ts"))
      .filter((file) => /new \w+Client\(/.test(readFileSync(join(root, file), "utf8")));
    expect(elsewhere).toEqual([]);
  });
});

import { AwsError } from "emulator/kernel/engine";
import { expect, test } from "vitest";
import { virtualShop } from "../virtual-shop.ts";

type Line = {
  timestamp: string;
  level: string;
  requestId: string;
  message: Record<string, unknown>;
};

/** What CloudWatch's filter `{ $.level = "ERROR" && $.message.correlationId = "..." }` finds. */
const found = (lines: Line[], level: string, correlationId: unknown) =>
  lines.filter((line) => line.level === level && line.message.correlationId === correlationId);

test("what functions log of an order is found by its correlation and its level", async () => {
  const shop = await virtualShop();
  const logged: { function: unknown; line: Line }[] = [];
  shop.local.cloud.observe((fact) => {
    if (fact.kind === "log")
      logged.push({ function: fact.function, line: JSON.parse(String(fact.line)) });
  });
  let refusals = 1;
  shop.local.cloud.guard((call, next) => {
    if (call.service !== "ses" || refusals === 0) return next(call);
    refusals -= 1;
    throw new AwsError("MessageRejected", "Not now.");
  });
  await shop.order();
  await shop.settle();

  // Measurements are written past the console, in CloudWatch's own form.
  const lines = logged.map(({ line }) => line).filter((line) => !("_aws" in line));
  for (const { timestamp, requestId } of lines) {
    expect(Date.parse(timestamp)).toBeGreaterThan(0);
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  }
  const [refused] = lines.filter(({ level }) => level === "ERROR");
  expect(refused?.message).toMatchObject({ message: "message not handled" });
  expect(refused?.message.detail).toMatch(/MessageRejected/);
  const { correlationId } = refused?.message ?? {};
  expect(found(lines, "ERROR", correlationId)).toHaveLength(1);
  expect(found(lines, "INFO", correlationId).map(({ message }) => message.message)).toContain(
    "message sent",
  );
  await shop.local.stop();
});

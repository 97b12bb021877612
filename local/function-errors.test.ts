import { expect, test } from "vitest";
import { createTeller } from "./tell.ts";

const tell = (options?: { logs: boolean }) => createTeller("http://127.0.0.1:4566", options);
const logged = (line: object | string, name = "Mail") => ({
  ...{ kind: "log", function: name },
  line: typeof line === "string" ? line : JSON.stringify(line),
});
/** As Lambda's runtime writes what a function hands to its console. */
const lineOf = (level: string, message: unknown) => ({
  timestamp: "2026-11-28T12:00:00.000Z",
  level,
  requestId: "8286a188-ba32-4475-8077-530cd35c09a9",
  message,
});
const facts = { message: "not sent", error: "Refused", detail: "full\nat x" };
const error = lineOf("ERROR", facts);

test("an error that a function logs is told once, of each function and each message", () => {
  const { hear } = tell();
  expect(hear(logged(error))).toBe(
    "Mail logged an error: not sent: Refused: full (npm start -- --logs shows all)",
  );
  expect(hear(logged(lineOf("ERROR", { ...facts, detail: "full again" })))).toBe(undefined);
  expect(hear(logged(error, "Relay"))).toMatch(/^Relay logged an error: not sent/);
  expect(hear(logged(lineOf("ERROR", { message: "lost" })))).toBe(
    "Mail logged an error: lost (npm start -- --logs shows all)",
  );
  expect(hear(logged(lineOf("ERROR", "only a text")))).toBe(
    "Mail logged an error: only a text (npm start -- --logs shows all)",
  );
  expect(hear(logged(lineOf("ERROR", { errorType: "Gone", errorMessage: "not there" })))).toBe(
    "Mail logged an error: Gone: Gone: not there (npm start -- --logs shows all)",
  );
  for (const line of ['{"level":"ERROR"', 'it says "level":"ERROR"', '{"x":{"level":"ERROR"}}'])
    expect(hear(logged(line))).toBe(undefined);
  expect(hear(logged(lineOf("INFO", facts)))).toBe(undefined);
});

test("where all logs are shown, errors are not told twice", () => {
  const { hear } = tell({ logs: true });
  for (let i = 0; i < 2; i += 1) expect(hear(logged(error))).toBe(`Mail  ${JSON.stringify(error)}`);
});

test("a long error is cut, and of ever new ones only the first are told", () => {
  const { hear } = tell();
  const line = hear(logged(lineOf("ERROR", { message: "x".repeat(100_000) })));
  expect(line?.length).toBeLessThan(300);
  const told = Array.from({ length: 100 }, (_, i) =>
    hear(logged(lineOf("ERROR", { message: `order ${i}` }))),
  );
  expect(told.filter(Boolean)).toHaveLength(9);
  expect(hear(logged(error, "Relay"))).toMatch(/^Relay/);
});

test("an error that nobody caught is told once; one that is an answer is not", () => {
  const { hear } = tell();
  const ended = (errorType: string, errorMessage: string) => ({
    ...{ kind: "invocation-ended", function: "Mail", requestId: "1" },
    error: { errorType, errorMessage },
  });
  expect(hear(ended("TypeError", "x is not a function"))).toBe(
    "Mail failed: TypeError: x is not a function (npm start -- --logs shows what it logged)",
  );
  expect(hear(ended("TypeError", "x is not a function"))).toBe(undefined);
  const timeout = (id: string) =>
    ended("Sandbox.Timedout", `RequestId: ${id} Error: Task timed out after 1.00 seconds`);
  expect(hear(timeout("1"))).toMatch(/^Mail failed: Sandbox.Timedout: Task timed out after 1.00/);
  expect(hear(timeout("2"))).toBe(undefined);
  expect(hear(ended("OutOfStock", "none left"))).toBe(undefined);
  expect(hear({ kind: "invocation-ended", function: "Mail" })).toBe(undefined);
});

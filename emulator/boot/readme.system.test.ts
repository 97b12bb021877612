import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { realClock } from "../kernel/clock.ts";
import { emulate } from "./emulate.ts";
import { readGraph } from "./graph.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [, example = ""] = /```json\n([\s\S]*?)```/.exec(readme) ?? [];

/** Another application's function, that uses nothing but what Node has. */
const worker = `
export const handler = async ({ Records }) => {
  console.log(process.env.TABLE + " " + Records[0].body);
};`;

it("the graph of the README runs, from relative paths, without any other word", async () => {
  const root = mkdtempSync(join(tmpdir(), "acme-"));
  writeFileSync(join(root, "worker.ts"), worker);
  writeFileSync(join(root, "graph.json"), example);
  const clock = realClock((error) => {
    throw error;
  });
  const from = relative(process.cwd(), root);
  const emulator = await emulate({
    clock,
    graph: readGraph(join(from, "graph.json")),
    code: { root: from, cache: join(from, ".cache") },
    runtime: "worker",
  });
  const handled = new Promise<unknown>((resolve) =>
    emulator.cloud.observe((fact) => fact.kind === "log" && resolve(fact.line)),
  );
  const QueueUrl = `${emulator.urls.aws}/123456789012/Jobs`;
  await emulator.call("sqs", "SendMessage", { QueueUrl, MessageBody: "a part" });
  expect(await handled).toMatch(/\tINFO\tParts a part$/);
  expect(emulator.notes("iam.denied")).toEqual([]);
  emulator.stop();
  clock.stop();
  rmSync(root, { recursive: true });
});

it("a role without an ARN is refused in one sentence", async () => {
  const graph = JSON.parse(example);
  for (const resource of graph.resources)
    if (resource.type === "aws:iam/role:Role") resource.outputs = {};
  const clock = realClock(() => {});
  const code = { root: tmpdir(), cache: tmpdir() };
  await expect(emulate({ clock, graph, code, runtime: "worker" })).rejects.toThrow(
    "The role WorkerRole has no outputs.arn",
  );
  clock.stop();
});

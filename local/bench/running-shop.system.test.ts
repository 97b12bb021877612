import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";

/** Starts a shop as the benchmark does, says where it is, and waits for ever. */
const program = `
const { startShop } = await import(${JSON.stringify(new URL("./running-shop.ts", import.meta.url))});
const { api } = await startShop([]);
console.log(api);
await new Promise(() => {});`;

it("the benchmark's shop ends when the benchmark has gone, however it went", async () => {
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [api] = await once(createInterface(parent.stdout), "line");
  const answers = () =>
    fetch(`${api}/_local/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  expect(await answers()).toBe(true);
  parent.kill("SIGKILL");
  await expect.poll(answers).toBe(false);
});

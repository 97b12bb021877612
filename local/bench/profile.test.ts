import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { ownersOf } from "./profile.ts";

it("says who took the time: a bundle's parts each for itself, and for what is native whoever called it", () => {
  const directory = join(mkdtempSync(join(tmpdir(), "petstore-profile-")), "bundles");
  mkdirSync(directory);
  const bundle = join(directory, "place-order.mjs");
  writeFileSync(
    bundle,
    "// node_modules/hono/dist/hono.js\nroute\n// services/orders/src/order.ts\nplace\n",
  );
  const frame = (functionName: string, url = "", lineNumber = 0) => ({
    callFrame: { functionName, url, lineNumber, columnNumber: 0, scriptId: "0" },
  });
  const profile = {
    startTime: 0,
    endTime: 0,
    nodes: [
      { id: 1, ...frame("(root)"), children: [2, 7, 8] },
      { id: 2, ...frame("route", pathToFileURL(bundle).href, 1), children: [3] },
      { id: 3, ...frame("place", pathToFileURL(bundle).href, 3), children: [4, 5] },
      { id: 4, ...frame("stringify") },
      {
        id: 5,
        ...frame("send", "/a/node_modules/.pnpm/x/node_modules/@aws-sdk/lib/index.js"),
        children: [6],
      },
      { id: 6, ...frame("put", "file:///a/emulator/services/dynamodb/writes.ts") },
      { id: 7, ...frame("(garbage collector)") },
      { id: 8, ...frame("hash", "node:crypto") },
    ],
    samples: [2, 3, 4, 5, 6, 7, 8, 1],
    timeDeltas: [0, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000],
  };
  expect(ownersOf(profile)).toEqual([
    { who: "Node", ms: 64 },
    { who: "collecting garbage", ms: 32 },
    { who: "emulator/services/dynamodb", ms: 16 },
    { who: "AWS SDK", ms: 8 },
    { who: "handlers and core", ms: 6 },
    { who: "hono", ms: 1 },
  ]);
});

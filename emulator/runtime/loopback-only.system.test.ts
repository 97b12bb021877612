import { expect, it } from "vitest";
import { realClock } from "../kernel/clock.ts";
import { createCloud } from "../kernel/cloud.ts";
import { administrator } from "../kernel/engine.ts";
import { lambdaEngine } from "../services/lambda/engine.ts";
import { ownCode } from "./bundle.ts";
import { isLoopback } from "./loopback-only.ts";
import { threadRuntime } from "./thread-runtime.ts";

it("a function in a thread finds every way out of the machine closed", async () => {
  const runtime = threadRuntime({ code: ownCode, callerOf: () => undefined });
  const clock = realClock(() => {});
  const cloud = createCloud(clock, [lambdaEngine({ runtime })]);
  const hosts = new Set<unknown>();
  const names = new Set<unknown>();
  cloud.observe(({ kind, host, function: name }) => {
    if (kind !== "connection-refused") return;
    hosts.add(host);
    names.add(name);
  });
  const call = (operation: string, input: object) =>
    cloud.call({ caller: administrator, service: "lambda", operation, input });
  await call("CreateFunction", {
    FunctionName: "Out",
    HandlerFile: "runtime/testing/outgoing.ts",
    Handler: "outgoing.handler",
    Role: "role",
  });
  const { Payload } = await call("Invoke", { FunctionName: "Out" });
  const refused = "OutgoingConnectionRefused";
  expect(JSON.parse(Buffer.from(Payload, "base64").toString("utf8"))).toEqual({
    fetch: refused,
    https: refused,
    net: refused,
    netOptions: refused,
    dgram: refused,
    lookup: refused,
    resolve: refused,
    lookupCallback: refused,
  });
  expect([...hosts].sort()).toEqual(["192.0.2.1", "a datagram socket", "example.com"]);
  expect([...names]).toEqual(["Out"]);
  cloud.stop();
  clock.stop();
});

it("only this machine's names and addresses are loopback", () => {
  for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "::1", "api.localhost"])
    expect(isLoopback(host)).toBe(true);
  for (const host of [
    "10.0.0.1",
    "localhost.example.com",
    "127.0.0.1.example.com",
    "0.0.0.0",
    "169.254.169.254",
  ])
    expect(isLoopback(host)).toBe(false);
});

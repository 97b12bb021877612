import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WireRequest } from "./message.ts";
import { type LoopbackServer, listenOnLoopback } from "./server.ts";

let server: LoopbackServer;
const arrived: WireRequest[] = [];
beforeAll(async () => {
  server = await listenOnLoopback(0, { maxBody: 10 });
  server.serve(async (request) => {
    arrived.push(request);
    return { status: 200, headers: {}, body: "served" };
  });
});
afterAll(() => server.stop());

/** Sends bytes as no client would, and answers what comes back until the server closes. */
const raw = async (text: string) => {
  const socket = connect(server.port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.write(text.replaceAll("\n", "\r\n"));
  await once(socket, "close");
  return Buffer.concat(chunks).toString();
};
const get = (...headers: string[]) =>
  raw(`GET / HTTP/1.1\n${["host: 127.0.0.1", ...headers].join("\n")}\nconnection: close\n\n`);

test("a header that comes again is joined with a comma and no blank, cookies with a semicolon", async () => {
  await get("x-thing: a", "X-Thing: b", "accept: x", "Accept: y, z", "cookie: a=1", "cookie: b=2");
  expect(arrived.at(-1)?.headers).toMatchObject({
    "x-thing": "a,b",
    accept: "x,y, z",
    cookie: "a=1; b=2",
  });
});

test("a header with a name of Object's is one like any other", async () => {
  await get("constructor: a", "__proto__: b", "constructor: c");
  const { headers } = arrived.at(-1) as WireRequest;
  expect(Object.entries(headers)).toContainEqual(["constructor", "a,c"]);
  expect(Object.entries(headers)).toContainEqual(["__proto__", "b"]);
});

describe("what may come once is refused when it comes twice, and nobody is asked", () => {
  test.each([
    ["authorization", ["authorization: Bearer a", "Authorization: Bearer b"]],
    ["host", ["host: 127.0.0.1"]],
    ["content-length", ["content-length: 1", "content-length: 2"]],
    [
      "transfer-encoding beside content-length",
      ["content-length: 1", "transfer-encoding: chunked"],
    ],
  ])("%s", async (_what, headers) => {
    const before = arrived.length;
    expect(await get(...headers)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(arrived.length).toBe(before);
  });

  test("in a sentence of JSON", async () => {
    expect(await get("authorization: a", "authorization: a")).toMatch(
      /\r\n\r\n\{"message":"Bad Request"\}$/,
    );
  });
});

test("answers to loopback names only, whatever the address", async () => {
  const status = async (host: string, target = "/") =>
    (await raw(`GET ${target} HTTP/1.1\nhost: ${host}\nconnection: close\n\n`)).slice(9, 12);
  for (const host of ["127.0.0.1", "localhost:3000", "[::1]", "api.localhost:1"])
    expect(await status(host), host).toBe("200");
  for (const host of [
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "10.0.0.1",
    "",
  ])
    expect(await status(host), host).toBe("403");
  expect(await status("evil.example", "http://127.0.0.1/")).toBe("403");
});

test("what the server says by itself is marked as its own", async () => {
  const answer = await raw("GET / HTTP/1.1\nhost: evil.example\nconnection: close\n\n");
  for (const header of ["x-content-type-options: nosniff", "frame-ancestors 'none'"])
    expect(answer.toLowerCase()).toContain(header);
  expect(answer).toContain(
    '{"message":"The emulator answers to loopback names only, not evil.example."}',
  );
});

test("takes the next free port when one is busy", async () => {
  const second = await listenOnLoopback(server.port);
  expect(second.port).toBeGreaterThan(server.port);
  await second.stop();
});

test("refuses a body over its limit", async () => {
  const response = await fetch(server.url, { method: "POST", body: "x".repeat(11) });
  expect(response.status).toBe(413);
});

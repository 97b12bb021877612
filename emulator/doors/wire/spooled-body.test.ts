import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WireRequest, WireResponse } from "./message.ts";
import { type LoopbackServer, listenOnLoopback } from "./server.ts";
import { sweepSpooled } from "./spooled-body.ts";

// Folders that others have meanwhile are not looked at.
const before = process.env.TMPDIR;
const folder = mkdtempSync(join(tmpdir(), "of-spooled-"));
process.env.TMPDIR = folder;
afterAll(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(folder, { recursive: true, force: true });
});
const spooled = () => readdirSync(folder).filter((name) => name.startsWith("spooled-"));

/** What the handler does with the next request. */
let handle: (request: WireRequest) => Promise<WireResponse>;
const ok = { status: 200, headers: {}, body: "taken" };
let server: LoopbackServer;
beforeEach(async () => {
  server = await listenOnLoopback(0, { maxBody: 10 });
  server.serve(
    (request) => handle(request),
    ({ path }) => (path === "/file" ? 2_000_000 : undefined),
  );
});
afterEach(async () => {
  await server.stop();
  await expect.poll(spooled).toEqual([]);
});
const send = (bytes: number) =>
  fetch(`${server.url}/file`, { method: "POST", body: "x".repeat(bytes) });

/** Sends the head of a request that has so many bytes, and so many of those. */
const begin = async (length: number, sent: number) => {
  const socket = connect(server.port, "127.0.0.1").on("error", () => {});
  socket.write(`POST /file HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${length}\r\n\r\n`);
  socket.write("x".repeat(sent));
  return socket;
};

describe("a body in a file", () => {
  it("is whole, only this user's, and there until the request is answered", async () => {
    let seen: unknown;
    handle = async ({ file = "", body, gone }) => {
      const mode = [file, dirname(file)].map((one) => (statSync(one).mode & 0o777).toString(8));
      seen = [readFileSync(file).length, body.length, gone?.aborted, mode];
      return ok;
    };
    expect(await (await send(1_500_000)).text()).toBe("taken");
    expect(seen).toEqual([1_500_000, 0, false, ["600", "700"]]);
  });

  it("with more than it may is answered 413 in one sentence, and nobody is asked", async () => {
    handle = async () => {
      throw new Error("was asked");
    };
    const answer = await send(2_000_001);
    expect([answer.status, await answer.json()]).toEqual([
      413,
      { message: "At most 1 MB are taken here." },
    ]);
  });

  it("is removed where its handler fails", async () => {
    handle = async () => {
      throw new Error("failed");
    };
    expect((await send(10)).status).toBe(500);
  });
});

describe("a client that goes away", () => {
  it("while it sends leaves nothing, and nobody is asked", async () => {
    handle = async () => {
      throw new Error("was asked");
    };
    const socket = await begin(1_000_000, 1_000);
    await expect.poll(() => spooled().length).toBe(1);
    socket.destroy();
    await expect.poll(spooled).toEqual([]);
  });

  it("while it is worked on ends that, and its file is removed", async () => {
    const asked = Promise.withResolvers<WireRequest>();
    handle = async (request) => {
      asked.resolve(request);
      const { gone } = request;
      if (gone && !gone.aborted) await once(gone, "abort");
      return ok;
    };
    const socket = await begin(10, 10);
    const { file = "", gone } = await asked.promise;
    expect([existsSync(file), gone?.aborted]).toEqual([true, false]);
    socket.destroy();
    await expect.poll(spooled).toEqual([]);
    expect(gone?.aborted).toBe(true);
  });

  it("is told to nobody once it was answered", async () => {
    let told: AbortSignal | undefined;
    handle = async ({ gone }) => {
      told = gone;
      return ok;
    };
    const socket = await begin(10, 10);
    await once(socket, "data");
    socket.destroy();
    await expect.poll(spooled).toEqual([]);
    await server.stop();
    expect(told?.aborted).toBe(false);
  });
});

describe("what a process had", () => {
  const child = (program: string) =>
    spawn(process.execPath, ["--input-type=module", "-e", program], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "pipe", "inherit"],
    });
  /** A process that is sent a body of which more is to come. */
  const sentTo = async () => {
    const process = child(`
      const { listenOnLoopback } = await import(${JSON.stringify(join(import.meta.dirname, "server.ts"))});
      const server = await listenOnLoopback(0);
      server.serve(async () => ({ status: 200, headers: {}, body: "" }), () => 1e6);
      process.once("SIGTERM", () => process.exit(0));
      process.stdout.write(String(server.port));`);
    const [port] = await once(process.stdout as NodeJS.ReadableStream, "data");
    const socket = connect(Number(String(port)), "127.0.0.1").on("error", () => {});
    socket.write("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nx");
    await expect.poll(() => spooled().length).toBe(1);
    return process;
  };
  const endOf = async (process: ReturnType<typeof child>, signal: NodeJS.Signals) => {
    const ended = once(process, "exit");
    process.kill(signal);
    await ended;
  };

  it("is removed when it ends, in the middle of a body, too", async () => {
    await endOf(await sentTo(), "SIGTERM");
    expect(spooled()).toEqual([]);
  });

  it("is swept by the next one where it was killed; what another has that lives stays", async () => {
    const killed = await sentTo();
    await sweepSpooled();
    expect(spooled()).toHaveLength(1);
    await endOf(killed, "SIGKILL");
    const [left = ""] = spooled();
    expect(left).toMatch(new RegExp(`-${killed.pid}-`));
    const others = ["spooled-elsewhere-1-abc", "spooled-other"];
    for (const name of others) mkdtempSync(join(folder, `${name}-`));
    const next = await listenOnLoopback(0);
    next.serve(
      async () => ok,
      () => undefined,
    );
    await expect.poll(() => spooled().includes(basename(left))).toBe(false);
    expect(spooled()).toHaveLength(others.length);
    await next.stop();
    for (const name of spooled()) rmSync(join(folder, name), { recursive: true });
  });
});

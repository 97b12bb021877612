import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { joined } from "./headers.ts";
import type { WireHandler, WireRequest } from "./message.ts";
import { ownHeaders } from "./own-answer.ts";
import { type Spool, spooledBody, sweepSpooled } from "./spooled-body.ts";

/** A server that listens on loopback. */
export type LoopbackServer = {
  port: number;
  url: string;
  /** Puts the handler in place: until then, requests wait. Bodies that `spool` says so of go into files. */
  serve: (handler: WireHandler, spool?: Spool) => void;
  stop: () => Promise<void>;
};

const loopbackName = /^(localhost|127\.0\.0\.1|\[::1\]|[\w.-]+\.localhost)(:\d+)?$/i;

const listen = (server: Server, port: number) =>
  new Promise<boolean>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" || error.code === "EACCES" ? resolve(false) : reject(error);
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", failed);
      resolve(true);
    });
  });

/**
 * Listens on 127.0.0.1 at `port`, or the next free one within 50; port 0 takes any.
 * A body over `maxBody` bytes is answered with 413, a Host that is not loopback with 403: a page on the web must
 * not reach the emulator by a name that it points here.
 */
export const listenOnLoopback = async (
  port: number,
  { maxBody = 20 * 1024 * 1024 } = {},
): Promise<LoopbackServer> => {
  let ready: (handler: WireHandler) => void = () => {};
  const serving = new Promise<WireHandler>((resolve) => {
    ready = resolve;
  });
  let spool: Spool = () => undefined;
  const server = createServer((request, response) => {
    const end = (status: number, message: string) => {
      const body = JSON.stringify({ message });
      response.writeHead(status, {
        ...ownHeaders,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        connection: "close",
      });
      response.end(body);
    };
    if (!loopbackName.test(request.headers.host ?? ""))
      return end(403, `The emulator answers to loopback names only, not ${request.headers.host}.`);
    const headers = joined(request.rawHeaders);
    if (!headers) return end(400, "Bad Request");
    const [path = "/", query = ""] = split(request.url ?? "/");
    const head = { method: request.method ?? "GET", path, query, headers };
    const answer = async (asked: WireRequest) => {
      try {
        const handle = await serving;
        const given = await handle(asked);
        const { "set-cookie": cookies, "content-length": _length, ...rest } = given.headers;
        if (cookies !== undefined) response.setHeader("set-cookie", cookies.split("\n"));
        if (given.stream) {
          response.writeHead(given.status, rest);
          // A stream that ends before its end ends the connection, too: so whoever reads it hears of that.
          if (request.method !== "HEAD") pipeline(given.stream, response, () => {});
          else {
            given.stream.destroy();
            response.end();
          }
          return;
        }
        if (given.status !== 204 && given.status !== 304)
          response.setHeader("content-length", Buffer.byteLength(given.body));
        response.writeHead(given.status, rest);
        response.end(request.method === "HEAD" ? undefined : given.body);
      } catch (error) {
        if (response.headersSent) response.destroy();
        else end(500, error instanceof Error ? error.message : String(error));
      }
    };
    request.on("error", () => response.destroy());

    const most = spool(head);
    if (most === undefined) {
      const chunks: Buffer[] = [];
      let size = 0;
      request.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= maxBody) chunks.push(chunk);
      });
      request.on("end", () => {
        if (size > maxBody) return end(413, "Request Entity Too Large");
        void answer({ ...head, body: Buffer.concat(chunks) });
      });
    } else {
      const left = new AbortController();
      response.once("close", () => !response.writableFinished && left.abort());
      const spooled = async () => {
        const { file, remove } = await spooledBody(request, most, { signal: left.signal });
        if (file === undefined)
          return end(413, `At most ${Math.floor(most / 1024 / 1024)} MB are taken here.`);
        await answer({ ...head, body: new Uint8Array(), file, gone: left.signal }).finally(remove);
      };
      // What was broken off has nobody to hear of it.
      spooled().catch(() => response.destroy());
    }
  });

  // A client that asks again after some seconds must not meet a connection that is being closed at that moment.
  server.keepAliveTimeout = 120_000;

  let taken = port;
  while (!(await listen(server, taken))) {
    taken += 1;
    if (taken > port + 50) throw new Error(`No free port from ${port} to ${port + 50}.`);
  }
  const actual = (server.address() as AddressInfo).port;
  return {
    port: actual,
    url: `http://127.0.0.1:${actual}`,
    serve(handler, spools) {
      if (spools) {
        spool = spools;
        void sweepSpooled(); // of those that had no time to do it
      }
      ready(handler);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const split = (url: string) => {
  const mark = url.indexOf("?");
  return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
};

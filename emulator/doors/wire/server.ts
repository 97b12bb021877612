import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { joined } from "./headers.ts";
import type { WireHandler } from "./message.ts";
import { ownHeaders } from "./own-answer.ts";

/** A server that listens on loopback. */
export type LoopbackServer = {
  port: number;
  url: string;
  /** Puts the handler in place: until then, requests wait. */
  serve: (handler: WireHandler) => void;
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
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBody) chunks.push(chunk);
    });
    request.on("error", () => response.destroy());
    request.on("end", async () => {
      if (size > maxBody) return end(413, "Request Entity Too Large");
      const [path = "/", query = ""] = split(request.url ?? "/");
      try {
        const handle = await serving;
        const answer = await handle({
          method: request.method ?? "GET",
          path,
          query,
          headers,
          body: Buffer.concat(chunks),
        });
        const { "set-cookie": cookies, "content-length": _length, ...rest } = answer.headers;
        if (cookies !== undefined) response.setHeader("set-cookie", cookies.split("\n"));
        if (answer.status !== 204 && answer.status !== 304)
          response.setHeader("content-length", Buffer.byteLength(answer.body));
        response.writeHead(answer.status, rest);
        response.end(request.method === "HEAD" ? undefined : answer.body);
      } catch (error) {
        if (response.headersSent) return response.destroy();
        end(500, error instanceof Error ? error.message : String(error));
      }
    });
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
    serve: ready,
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

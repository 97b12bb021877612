/**
 * Loaded into Node before anything else (`--import`), here and in every thread: writes down every address that is
 * connected to or sent to, every name that is looked up and every program that is started, and lets nothing out that
 * is not loopback. It stands at Node's own bindings, below net, tls, http, fetch, dgram and dns, so that whatever
 * JavaScript does passes it. It cannot see what native code or a started program does by itself; the one program that
 * is started is esbuild, which the test names. What functions ask of AWS never becomes a connection: those are messages
 * from thread to thread.
 */
import childProcess from "node:child_process";
import { appendFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import workers from "node:worker_threads";

const file = process.env.NOTHING_LEAVES;
const here = workers.isMainThread ? "main" : workers.threadName || "a thread";
const write = (kind: string, what: string) => {
  if (file) appendFileSync(file, `${JSON.stringify({ kind, what, here })}\n`);
};

const loopback = /^(127\.|::1$|::ffff:127\.|localhost$)/;
// Their numbers in libuv: what callers are told instead of an answer.
const [REFUSED, NOT_FOUND] = [-111, -3008];

// biome-ignore lint/suspicious/noExplicitAny: Node's bindings have no types
const binding = (name: string): any => (process as any).binding(name);

/** Stands before a method of a binding; `what` says from its arguments where it leads. */
const watch = (
  // biome-ignore lint/suspicious/noExplicitAny: Node's bindings have no types
  on: any,
  method: string,
  kind: string,
  what: (args: unknown[]) => string,
  refusal: number,
) => {
  const original = on[method];
  on[method] = function (this: unknown, ...args: unknown[]) {
    const where = what(args);
    write(kind, where);
    return loopback.test(where) ? original.apply(this, args) : refusal;
  };
};

const second = ([, address]: unknown[]) => String(address);
const { TCP } = binding("tcp_wrap");
const { UDP } = binding("udp_wrap");
const cares = binding("cares_wrap");
for (const method of ["connect", "connect6"]) watch(TCP.prototype, method, "tcp", second, REFUSED);
for (const method of ["connect", "connect6"])
  watch(UDP.prototype, method, "udp", ([address]) => String(address), REFUSED);
// send(request, chunks, count, port, address, callback); without an address it is connected.
for (const method of ["send", "send6"])
  watch(
    UDP.prototype,
    method,
    "udp",
    (args) => (args.length > 4 ? String(args[4]) : "127."),
    REFUSED,
  );
for (const method of ["getaddrinfo", "getnameinfo"]) watch(cares, method, "dns", second, NOT_FOUND);
for (const method of Object.getOwnPropertyNames(cares.ChannelWrap.prototype))
  if (/^(query|getHostByAddr)/.test(method))
    watch(cares.ChannelWrap.prototype, method, "dns", second, NOT_FOUND);

const { spawn } = childProcess.ChildProcess.prototype as unknown as {
  spawn: (options: { file: string }) => unknown;
};
Object.assign(childProcess.ChildProcess.prototype, {
  spawn(this: unknown, options: { file: string }) {
    write("program", options.file);
    return spawn.call(this, options);
  },
});

workers.Worker = class extends workers.Worker {
  constructor(script: string | URL, options: workers.WorkerOptions = {}) {
    const { execArgv = [], env = process.env } = options;
    super(script, {
      ...options,
      execArgv: [...execArgv, "--import", import.meta.url],
      env: { ...(env as NodeJS.ProcessEnv), NOTHING_LEAVES: file },
    });
  }
};
syncBuiltinESMExports();
write("watch", "begins");

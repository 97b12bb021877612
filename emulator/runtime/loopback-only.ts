import dgram from "node:dgram";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

/** Thrown at code that tries to reach something outside this machine. */
class OutgoingConnectionRefused extends Error {
  override name = "OutgoingConnectionRefused";
}

const loopback =
  /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\]|::ffff:127(\.\d{1,3}){3}|[\w.-]+\.localhost)$/i;

/** Whether a host name or address is this machine's own. */
export const isLoopback = (host: string): boolean => loopback.test(host);

/**
 * Refuses every connection, datagram and name lookup of this thread that leads elsewhere than to loopback. What is
 * refused is reported by its host.
 */
export const allowOnlyLoopback = (report: (host: string) => void): void => {
  const refuse = (host: string) => {
    report(host);
    return new OutgoingConnectionRefused(
      `The emulator lets functions reach this machine only, not ${host}.`,
    );
  };
  const prototype = net.Socket.prototype as unknown as Record<string, unknown>;
  const connect = prototype.connect as (...args: unknown[]) => net.Socket;
  prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    // Inside Node the arguments come normalised, as an array in an array.
    const [first, second] = (Array.isArray(args[0]) ? args[0] : args) as unknown[];
    const options = typeof first === "object" && first !== null ? first : {};
    const { path, host = "localhost" } = options as { path?: string; host?: string };
    const target = typeof first === "object" ? host : typeof second === "string" ? second : host;
    if (path || isLoopback(target)) return connect.apply(this, args);
    const error = refuse(target);
    process.nextTick(() => this.destroy(error));
    return this;
  };

  dgram.createSocket = (() => {
    throw refuse("a datagram socket");
  }) as typeof dgram.createSocket;

  const refuseLookup = (name: string, ...rest: unknown[]) => {
    const error = refuse(name);
    const callback = rest.at(-1);
    if (typeof callback === "function") process.nextTick(callback, error);
    else throw error;
  };
  const { lookup } = dns;
  for (const api of [dns, dns.promises] as unknown as Record<string, unknown>[])
    for (const name of Object.keys(api))
      if (/^(resolve|reverse|lookupService)/.test(name))
        api[name] =
          api === (dns as unknown)
            ? refuseLookup
            : async (host: string) => {
                throw refuse(host);
              };
  dns.lookup = ((name: string, ...rest: unknown[]) =>
    isLoopback(name)
      ? (lookup as (...args: unknown[]) => void)(name, ...rest)
      : refuseLookup(name, ...rest)) as typeof dns.lookup;
  const promised = dns.promises.lookup;
  dns.promises.lookup = (async (name: string, ...rest: []) => {
    if (!isLoopback(name)) throw refuse(name);
    return promised(name, ...rest);
  }) as typeof dns.promises.lookup;
  syncBuiltinESMExports();
};

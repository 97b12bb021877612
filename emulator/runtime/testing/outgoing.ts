import { createSocket } from "node:dgram";
import dns from "node:dns";
import { lookup } from "node:dns/promises";
import { request } from "node:https";
import { connect } from "node:net";

/** A handler that tries each way out of the machine, and answers with what stopped it. */

const nameOf = (error: unknown) => (error as Error).name;

const failing = (emitter: { once: (name: "error", listener: (error: Error) => void) => unknown }) =>
  new Promise<string>((resolve) => emitter.once("error", (error) => resolve(nameOf(error))));

const ways: Record<string, () => unknown> = {
  fetch: () => fetch("https://192.0.2.1/").catch(({ cause }) => nameOf(cause)),
  https: () => failing(request("https://example.com/")),
  net: () => failing(connect(80, "192.0.2.1")),
  netOptions: () => failing(connect({ port: 80, host: "192.0.2.1" })),
  dgram: () => createSocket("udp4"),
  lookup: () => lookup("example.com").catch(nameOf),
  resolve: () => dns.promises.resolve4("example.com").catch(nameOf),
  lookupCallback: () =>
    new Promise((resolve) => dns.lookup("example.com", (error) => resolve(nameOf(error)))),
};

export const handler = async () => {
  const answers: Record<string, unknown> = {};
  for (const [name, way] of Object.entries(ways))
    try {
      answers[name] = await way();
    } catch (error) {
      answers[name] = nameOf(error);
    }
  return answers;
};

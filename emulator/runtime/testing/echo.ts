/** Handlers for the contract of the runtimes. Each does one thing that a runtime must get right. */

let invocations = 0;
let paused = 0;

type Event = Record<string, unknown> & { do?: string };
type Context = {
  getRemainingTimeInMillis: () => number;
  awsRequestId: string;
  functionName: string;
};

class Refused extends Error {
  override name = "Refused";
}

const actions: Record<string, (event: Event, context: Context) => unknown> = {
  echo: (event) => event,
  count: () => {
    invocations += 1;
    return invocations;
  },
  nothing: () => undefined,
  variable: ({ name, value }) => {
    if (value !== undefined) process.env[String(name)] = String(value);
    return process.env[String(name)];
  },
  context: (_, context) => ({
    name: context.functionName,
    requestId: context.awsRequestId,
    remaining: context.getRemainingTimeInMillis() > 0,
  }),
  refuse: () => {
    throw new Refused("OutOfStock: none left");
  },
  throwText: () => {
    throw "just text";
  },
  cycle: () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    return cycle;
  },
  hang: () => new Promise(() => {}),
  pause: async ({ ms }) => {
    await new Promise((resolve) => setTimeout(resolve, Number(ms)));
    return "rested";
  },
  /** Leaves something to be done later. */
  pauseApart: ({ ms }) => {
    setTimeout(() => {
      paused += 1;
    }, Number(ms));
  },
  paused: () => paused,
  exit: () => process.exit(3),
  rejectLater: () =>
    new Promise(() => {
      void Promise.reject(new Refused("nobody awaits this"));
    }),
  /** Its thread stands still, without taking a core as an endless loop would. */
  stand: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  throwLater: () =>
    new Promise(() => {
      setTimeout(() => {
        throw new Refused("nobody catches this");
      }, 1);
    }),
  now: () => [Date.now(), Date.parse(new Date().toISOString())],
  log: () => {
    // biome-ignore-start lint/suspicious/noConsole: this is what is tested
    console.log("one line", { of: "output" });
    console.error({ what: "an object", error: new Refused("not today") });
    console.warn("a text");
    console.debug("nothing that is read");
    console.error("with", new Refused("an error"));
    process.stdout.write("written directly\n");
    // biome-ignore-end lint/suspicious/noConsole: this is what is tested
    return "logged";
  },
  leaveGlobal: () => {
    const state = globalThis as { left?: number };
    state.left = (state.left ?? 0) + 1;
    return state.left;
  },
  fetch: async ({ url }) => (await fetch(String(url))).status,
};

export const handler = async (event: Event, context: Context): Promise<unknown> =>
  actions[event.do ?? "echo"]?.(event, context);

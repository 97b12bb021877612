import type { WireHandler, WireRequest, WireResponse } from "../doors/wire/message.ts";
import { ownHeaders } from "../doors/wire/own-answer.ts";
import type { PacedClock } from "../kernel/paced-clock.ts";

/** What comes from outside to a world whose time may stand. */
export type Arrivals = {
  /** Lets requests in: where they are to wait for it, only while time passes, or as a decision of its own. */
  letIn: (handler: WireHandler, options?: { wait?: boolean }) => WireHandler;
  /** Answers all that are under way with 503 and this sentence. */
  interrupt: (sentence: string) => void;
};

/** How many requests wait while time is paused, and how long, in milliseconds of the machine. */
const MOST_WAITING = 200;
const PATIENCE_MS = 300_000;

const unavailable = (detail: string): WireResponse => ({
  status: 503,
  headers: {
    ...ownHeaders,
    "content-type": "application/problem+json",
    "x-amzn-errortype": "ServiceUnavailable",
    "retry-after": "1",
  },
  body: JSON.stringify({
    type: "about:blank",
    title: "Service Unavailable",
    status: 503,
    detail,
    // What the AWS SDKs read.
    __type: "ServiceUnavailable",
    message: detail,
  }),
});

const inTime = (ms: number, task: () => void) => {
  const timeout = setTimeout(task, ms).unref();
  return () => clearTimeout(timeout);
};

/** Stands between what comes from outside and the handlers of a world on a paced clock. */
export const createArrivals = (
  clock: PacedClock,
  { mostWaiting = MOST_WAITING, patience = PATIENCE_MS, later = inTime } = {},
): Arrivals => {
  const underWay = new Set<(sentence: string) => void>();
  let waiting = 0;

  /** Lets a request wait until time goes on, or a step takes it. Answers how to send it away. */
  const queue = ({ method, path }: WireRequest, go: () => void, refuse: (why: string) => void) => {
    if (waiting >= mostWaiting) {
      refuse(`Time is paused, and ${waiting} requests wait for it already.`);
      return () => {};
    }
    waiting += 1;
    const leave = () => {
      waiting -= 1;
      arrival.cancel();
      giveUp();
    };
    const arrival = clock.after(0, `${method} ${path} arrives`, () => {
      leave();
      go();
    });
    const giveUp = later(patience, () => {
      leave();
      refuse(`Time has been paused for ${Math.round(patience / 60_000)} minutes.`);
    });
    return leave;
  };

  return {
    letIn:
      (handler, { wait = true } = {}) =>
      (request) =>
        new Promise((resolve, reject) => {
          let leave = () => {};
          const end = (answer: WireResponse) => {
            underWay.delete(interrupt);
            resolve(answer);
          };
          const interrupt = (sentence: string) => {
            leave();
            end(unavailable(sentence));
          };
          const go = () => {
            leave = () => {};
            handler(request).then(end, (error) => {
              underWay.delete(interrupt);
              reject(error);
            });
          };
          underWay.add(interrupt);
          clock.arrived();
          if (clock.paused && wait) leave = queue(request, go, (why) => end(unavailable(why)));
          else go();
        }),
    interrupt(sentence) {
      for (const interrupt of [...underWay]) interrupt(sentence);
    },
  };
};

import type { Emulator } from "emulator/boot/emulate";
import type { Account } from "./accounts.ts";
import type { Beside } from "./console/beside.ts";

type Answer = { status: number; headers: Headers; text: string; json: () => unknown };

/** The whole shop on one machine, running. */
export type Shop = Emulator & {
  /** Sends a request to the API, signed in as an account where one is named. */
  api: (request: {
    method?: string;
    path: string;
    as?: string;
    headers?: Record<string, string>;
    body?: unknown;
  }) => Promise<Answer>;
  /** Whether nothing is on its way: no row in an outbox, no message in a queue (dead letters aside). */
  atRest: () => Promise<boolean>;
  accounts: Account[];
  token: (name: string) => string;
  /** With it, the shop's own pages show credentials. */
  pageToken: string;
  /** What the console drives beside the shop. Whoever has such a thing puts it there. */
  beside: Beside;
  /** When it was first opened, in milliseconds since 1970; undefined for one that is not yet open. */
  openedAt: () => number | undefined;
  /** Lists the products and takes in the first delivery, where that was not done before. */
  open: (patience?: number) => Promise<void>;
};

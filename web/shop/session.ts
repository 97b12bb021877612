import { signal } from "@preact/signals";
import { type Answer, ask } from "./api.ts";
import type { Config } from "./config.ts";
import { forget, identityOf, leave, present } from "./user-pool.ts";

/** Who is shopping. */
export type Customer = { name: string; fullName: string };

/** Who is signed in; undefined for somebody who looks around. */
export const customer = signal<Customer | undefined>(undefined);

const NAME = "petstore.customer";
let config: Config = { api: "", accounts: [] };
let held: string | undefined;

/** The addresses and accounts of where the shop runs. */
export const where = () => config;

/** Takes up the session that there was, or comes back from the sign-in of a stage. */
export const openSession = async (read: Config) => {
  config = read;
  if ("accounts" in config) {
    const name = localStorage.getItem(NAME);
    customer.value = config.accounts.find((account) => account.name === name);
    return;
  }
  held = await present(config.signIn);
  customer.value = held === undefined ? undefined : identityOf(held);
};

/** Becomes one of this machine's customers. */
export const become = (next: Customer) => {
  held = undefined;
  localStorage.setItem(NAME, next.name);
  customer.value = next;
};

/** Goes to the sign-in of the stage, and comes back to this page. */
export const signIn = () => ("signIn" in config ? leave(config.signIn) : Promise.resolve());

/** Is nobody any more. */
export const signOut = () => {
  held = undefined;
  localStorage.removeItem(NAME);
  forget();
  customer.value = undefined;
};

const tokenOf = async (): Promise<Answer<string>> => {
  const who = customer.value;
  if (held !== undefined) return { ok: true, value: held };
  if (!who || !("accounts" in config))
    return { ok: false, problem: { type: "", status: 401, detail: "Please sign in first." } };
  const answer = await ask<{ token: string }>(`/_local/token/${encodeURIComponent(who.name)}`);
  if (!answer.ok)
    return answer.problem.status === 403
      ? {
          ok: false,
          problem: {
            ...answer.problem,
            detail:
              "This browser has not come by the address that npm start printed (/shop/?token=…). Open that one, once.",
          },
        }
      : answer;
  held = answer.value.token;
  return { ok: true, value: held };
};

/** Asks the API as who is signed in; with a fresh token where the one at hand is not taken any more. */
export const askAs = async <T>(
  path: string,
  request: Parameters<typeof ask>[1] = {},
): Promise<Answer<T>> => {
  for (const last of [false, true]) {
    const token = await tokenOf();
    if (!token.ok) return token;
    const answer = await ask<T>(`${config.api}${path}`, { ...request, token: token.value });
    if (answer.ok || answer.problem.status !== 401 || last) return answer;
    held = undefined;
    if ("signIn" in config) signOut();
  }
  throw new Error("unreachable");
};

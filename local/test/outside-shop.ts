import { setTimeout as pause } from "node:timers/promises";
import { awsClients } from "emulator/conformance/clients";
import { startShopProcess } from "../shop-process.ts";

/** A shop that `npm start` runs, seen from outside: AWS's own clients, and its API over HTTP. */
export type OutsideShop = Awaited<ReturnType<typeof openOutsideShop>>;

/** Starts the shop in a process of its own, with options of its own and of Node's. */
export const openOutsideShop = async ({
  options = [],
  node = [],
  env = {},
}: {
  options?: string[];
  node?: string[];
  env?: Record<string, string>;
} = {}) => {
  const { child, ready: opening, stderr, stop } = startShopProcess({ options, node, env });
  const ready = await opening;
  const { accessKeyId, secretAccessKey } = ready;
  const credentials = { accessKeyId, secretAccessKey };
  const config = { endpoint: ready.aws, region: "us-east-1", credentials, maxAttempts: 1 };
  const api = async (
    method: string,
    path: string,
    as = "alice",
    body?: object,
    key: string = crypto.randomUUID(),
  ) => {
    const response = await fetch(ready.api + path, {
      method,
      headers: {
        authorization: `Bearer ${ready.accounts[as]?.token}`,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: an answer, as a client sees it
    return { status: response.status, body: (await response.json()) as any };
  };
  /** Looks again until there is something to see. */
  const eventually = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
    // Some minutes: what does happen takes as long as the machine is slow.
    for (let tries = 0; tries < 8_000; tries += 1) {
      const seen = await look();
      if (seen) return seen;
      await pause(50);
    }
    throw new Error(`It did not happen. ${stderr()}`);
  };
  return {
    ...{ child, ready, credentials, config, api, eventually },
    stderr,
    ...awsClients(config),
    /** Places an order; answers its id. */
    async place(
      paymentToken = "tok_approve",
      productId = "prd_hay",
      key?: string,
    ): Promise<string> {
      const order = { lines: [{ productId, quantity: 1 }], paymentToken };
      const { status, body } = await api("POST", "/orders", "alice", order, key);
      if (status !== 202) throw new Error(`An order was answered ${status}: ${body.detail}`);
      return body.orderId;
    },
    /** Waits until an order, as its customer reads it, has a status. */
    until: (orderId: string, status: string) =>
      eventually(async () => (await api("GET", `/orders/${orderId}`)).body.status === status),
    stop,
  };
};

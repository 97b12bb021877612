import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeExecutionCommand, ListStateMachinesCommand, SFNClient } from "@aws-sdk/client-sfn";
import { shopGraph } from "../repository.ts";
import { catalogue } from "../seed/catalogue.ts";
import { type Ready, startShopProcess } from "../shop-process.ts";
import { lines } from "./growth.ts";

/** An order as its customer sees it. */
export type Order = { status: string; timeline: { at: string; what: string }[] };

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What customers, the administrator and an operator do with a running shop. */
export const clientOf = ({ api, aws, accessKeyId, secretAccessKey, accounts }: Ready) => {
  const states = new SFNClient({
    endpoint: aws,
    region: "us-east-1",
    credentials: { accessKeyId, secretAccessKey },
  });
  const ask = (path: string, as: string, body?: object, key = "") => {
    const request = {
      method: body ? "POST" : "GET",
      headers: {
        authorization: `Bearer ${accounts[as]?.token}`,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      ...(body && { body: JSON.stringify(body) }),
    };
    return fetch(`${api}${path}`, request);
  };
  const send = async (path: string, as: string, body?: object, key = "") => {
    let response = await ask(path, as, body, key);
    // A route takes only so many requests a second.
    while (response.status === 429) {
      await response.arrayBuffer();
      await pause(250);
      response = await ask(path, as, body, key);
    }
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    // biome-ignore lint/suspicious/noExplicitAny: an answer, as a client sees it
    return answer as any;
  };
  const receive = (productIds: string[], quantity: number, key = "for-the-benchmark") =>
    send(
      "/stock/receipts",
      "admin",
      { lines: productIds.map((productId) => ({ productId, quantity })) },
      key,
    );
  const orderFor = (of: typeof lines) => ({ lines: of, paymentToken: "tok_approve" });
  const place = async (key: string, of = lines): Promise<string> =>
    (await send("/orders", "alice", orderFor(of), key)).orderId;
  /** Answers false where there are too many orders at this moment. */
  const placeOnce = async (key: string, of = lines): Promise<boolean> => {
    const response = await ask("/orders", "alice", orderFor(of), key);
    const answer = await response.text();
    if (response.status !== 202 && response.status !== 429)
      throw new Error(`/orders: ${response.status} ${answer}`);
    return response.status === 202;
  };
  /** Waits as a customer does: until the order says that its goods are theirs. */
  const read = async (orderId: string) => {
    for (;;) {
      const order = await send(`/orders/${orderId}`, "alice");
      const done = order.timeline.some(({ what }: { what: string }) => what === "StockCommitted");
      if (order.status === "CONFIRMED" && done) return;
      if (!["PENDING", "CONFIRMED"].includes(order.status))
        throw new Error(`${orderId} is ${order.status}`);
      await pause(20);
    }
  };
  /** Waits for the saga's end, as an operator does: of Step Functions. */
  const sagas = async () => {
    const { stateMachines = [] } = await states.send(new ListStateMachinesCommand());
    const machine = stateMachines.find(({ name }) => name?.includes("FulfilOrder"));
    const prefix = `${machine?.stateMachineArn?.replace(":stateMachine:", ":execution:")}:`;
    return async (orderId: string) => {
      for (;;) {
        await pause(200);
        const { status } = await states
          .send(new DescribeExecutionCommand({ executionArn: `${prefix}${orderId}` }))
          .catch((error) => {
            // It starts a moment after the order was placed.
            if (error.name === "ExecutionDoesNotExist") return { status: "RUNNING" };
            throw error;
          });
        if (status === "SUCCEEDED") return;
        if (status !== "RUNNING") throw new Error(`The saga of ${orderId} is ${status}`);
      }
    };
  };
  /** Alice's newest orders. */
  const orders = async (most: number) => {
    const found: Order[] = [];
    for (let cursor = ""; found.length < most; ) {
      const { items, cursor: next } = await send(`/orders?limit=100${cursor}`, "alice");
      found.push(...items);
      if (!next) break;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
    return found;
  };
  const statuses = async (most: number) => (await orders(most)).map(({ status }) => status);
  return { receive, place, placeOnce, read, sagas, orders, statuses };
};

/** The goods that there are many of. Who buys does not buy the same two things: then they would wait for each other at one shelf. */
export const goods = catalogue.filter(({ stock }) => stock > 1).map(({ productId }) => productId);

/** The two lines of the order of that number. */
export const twoLines = (i: number) =>
  [1, 2].map((quantity) => ({
    productId: goods[(i + 3 * quantity) % goods.length] as string,
    quantity,
  }));

/** A shop in a process of its own, and its client. */
export type RunningShop = ReturnType<typeof clientOf> & {
  child: ChildProcess;
  api: string;
  token: string;
  /** Takes in so much of everything that there is much of. */
  stockUp: (quantity: number, delivery?: string) => Promise<void>;
  stop: () => Promise<void>;
};

/** Writes the shop's graph without its throttles: it is the machine that is measured. Answers the file. */
const graphWithoutThrottles = (folder: string): string => {
  const graph = shopGraph();
  const resources = graph.resources.map((resource) => {
    if (resource.type !== "aws:apigatewayv2/stage:Stage") return resource;
    const { defaultRouteSettings: _, routeSettings: __, ...inputs } = resource.inputs;
    return { ...resource, inputs };
  });
  const file = join(folder, "graph.json");
  writeFileSync(file, JSON.stringify({ ...graph, resources }));
  return file;
};

/** Starts the shop with these options in a process of its own, without throttles, and waits until it is ready. */
export const startShop = async (options: string[]): Promise<RunningShop> => {
  const folder = mkdtempSync(join(tmpdir(), "petstore-bench-"));
  const graph = graphWithoutThrottles(folder);
  const { child, ready, stop } = startShopProcess({ options: ["--graph", graph, ...options] });
  child.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  child.stderr?.pipe(process.stderr, { end: false });
  const running = await ready;
  const client = clientOf(running);
  return {
    ...client,
    child,
    api: running.api,
    token: running.token,
    stockUp: (quantity, delivery) => client.receive(goods, quantity, delivery),
    stop: () => stop(),
  };
};

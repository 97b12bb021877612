import type { Envelope } from "@petstore/core/event";
import { lines } from "../bench/growth.ts";
import { stories } from "../fuzz/stories.ts";
import { type Cost, costOf } from "../lens/cost-of.ts";
import type { Entry } from "../lens/entry.ts";
import { indexOrders } from "../lens/order-index.ts";
import { thingsOf } from "../lens/things.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

/** The stories of which each example is taken: together they publish every event, and let every context ask every other. */
const TOLD = [
  "orders that go well and badly",
  "orders that are cancelled before and after they were confirmed",
  "a warehouse at work",
  "orders that a person looks at",
  "an order of which another sum was taken",
  "a reservation that nobody confirmed",
  "a night in which the books differ",
];

/** What a function was given, by whom, and what it answered. */
type Call = { given: unknown; answered: unknown };

/** An HTTP request, and the answer. */
type Exchange = { request: unknown; status: number; answer: unknown };

/** What deterministic runs of the shop show: the same on every machine, byte for byte. */
export type Run = {
  /** The first event of each type that was published. */
  events: Map<string, Envelope>;
  /** The first call of each function that was answered, by the function's name. */
  calls: Map<string, Call>;
  /** The first exchange of each kind with the payment provider: `POST /v1/payments/{paymentId}/capture`. */
  exchanges: Map<string, Exchange>;
  /** What an order of two lines costs, alone in the shop, hop by hop. */
  cost: Cost;
};

const parsed = (text: unknown): unknown => {
  try {
    return JSON.parse(String(text));
  } catch {
    return text;
  }
};

type HttpEvent = {
  rawPath?: string;
  requestContext?: { http?: { method: string } };
  body?: string;
};

/** A request and its answer, where an invocation is one; headers, which have keys and signatures, are left out. */
const exchangeOf = (given: HttpEvent, answered: unknown): [string, Exchange] | undefined => {
  const method = given?.requestContext?.http?.method;
  if (!method || !given.rawPath) return undefined;
  const path = given.rawPath.replace(/\/(ord|pay)_\w+/g, (_, of) =>
    of === "pay" ? "/{paymentId}" : "/{orderId}",
  );
  const { statusCode = 0, body } = answered as { statusCode?: number; body?: string };
  const request = given.body === undefined ? null : parsed(given.body);
  return [`${method} ${path}`, { request, status: statusCode, answer: parsed(body) }];
};

/** Adds to what is known what an entry of the trace shows for the first time. */
const listenTo = (
  { events, calls, exchanges }: Omit<Run, "cost">,
  nameOf: (fn: string) => string,
) => {
  const begun = new Map<number, Entry>();
  return (passed: unknown): void => {
    const entry = passed as Entry;
    if (entry.kind === "call" && entry.operation === "PutEvents")
      for (const { Detail } of entry.input.Entries) {
        const event = parsed(Detail) as Envelope;
        // AWS's own events, of sagas that ended, come by here too.
        if (event.type && !events.has(event.type)) events.set(event.type, event);
      }
    if (entry.kind === "invocation-started") begun.set(entry.seq, entry);
    if (entry.kind !== "invocation-ended" || entry.of === undefined) return;
    const start = begun.get(entry.of);
    begun.delete(entry.of);
    if (!start || entry.output === undefined) return;
    const [given, answered] = [parsed(start.event), parsed(entry.output)];
    const name = nameOf(String(start.function));
    const [what, exchange] = exchangeOf(given as HttpEvent, answered) ?? [];
    if (what && exchange) {
      const key = `${name} ${what}`;
      if (!exchanges.has(key) && exchange.status < 300) exchanges.set(key, exchange);
    } else if (!calls.has(name)) calls.set(name, { given, answered });
  };
};

/** What the other stories have no need of: an order is read before its view has it, and a customer's address is registered. */
const soonRead = async (shop: VirtualShop) => {
  const [alice] = shop.local.accounts;
  const contact = { email: "alice@example.org", name: "Alice" };
  await shop.drive(
    shop.local.invoke("RegisterContact", { customerId: alice?.customerId, ...contact }),
  );
  await shop.read(await shop.order());
};

const storyOf = (title: string) => {
  const story = stories[title];
  if (!story) throw new Error(`There is no story "${title}"`);
  return story;
};

const tell = async (seen: Omit<Run, "cost">, story: (shop: VirtualShop) => Promise<unknown>) => {
  const shop = await virtualShop({ trace: {} });
  try {
    const things = thingsOf(shop.local.graph);
    shop.local.cloud.trace.hear(listenTo(seen, (name) => things(name)?.id ?? name));
    await story(shop);
    await shop.settle();
  } finally {
    shop.local.stop();
  }
};

const countOrder = async (): Promise<Cost> => {
  const shop = await virtualShop({ trace: {} });
  try {
    const { status, json } = await shop.place({ lines });
    if (status !== 202) throw new Error(`The order was answered with ${status}`);
    await shop.settle();
    const index = indexOrders(shop.local.cloud.trace);
    const { orderId } = json() as { orderId: string };
    return costOf(index.entries(orderId), thingsOf(shop.local.graph));
  } finally {
    shop.local.stop();
  }
};

/** Runs the shop on a virtual clock, and keeps what the catalogue shows of it. */
export const runShop = async (): Promise<Run> => {
  const seen = { events: new Map(), calls: new Map(), exchanges: new Map() };
  for (const story of [...TOLD.map(storyOf), soonRead]) await tell(seen, story);
  return { ...seen, cost: await countOrder() };
};

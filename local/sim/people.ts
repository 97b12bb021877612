import type { VirtualShop } from "../virtual-shop.ts";
import type { Moment } from "./moments.ts";
import { momentsAt } from "./moments.ts";
import { keyOf } from "./names.ts";
import type { Act, OrderPlan, Plan, When } from "./plan.ts";
import type { Passage } from "./points.ts";

type Answer = Awaited<ReturnType<VirtualShop["local"]["api"]>>;

/** What somebody outside asked the shop for, and what was answered: undefined where there never was an answer. */
export type Said = {
  who: string;
  what: Act["do"] | "place";
  order?: string;
  status?: number;
  json?: Json;
  quantity?: Record<string, number>;
};

// biome-ignore lint/suspicious/noExplicitAny: answers, as a client sees them
type Json = any;

/** Customers and staff, who keep their own log of what they were told. */
export type People = {
  /** What they asked for and were answered, in its order. */
  log: Said[];
  /** Lets them do what the plan says. Ends when all have had their answers. */
  act: () => Promise<void>;
  /** Tells them what passes: some wait for a moment. */
  notice: (passage: Passage) => void;
};

const RETRY_MS = 2_000;
const TRIES = 90;

/** The people of a plan, in a shop. */
export const peopleOf = (
  { local, clock }: VirtualShop,
  plan: Plan,
  ids: ReadonlyMap<string, string>,
): People => {
  const log: Said[] = [];
  const began = clock.now();
  const waiting = new Map<string, (() => void)[]>();
  let over = false;

  const pause = (ms: number) =>
    new Promise<void>((resolve) => clock.after(ms, "somebody waits", resolve));

  /** A request, repeated until it is answered for good. */
  const insist = async (said: Said, send: () => Promise<Answer>, tries = TRIES): Promise<Said> => {
    for (let i = 0; i < tries; i++) {
      if (i > 0) await pause(RETRY_MS);
      const answer = await send();
      if (answer.status >= 500 || answer.status === 429) continue;
      if (answer.headers.get("retry-after")) continue;
      Object.assign(said, { status: answer.status, json: answer.text ? answer.json() : undefined });
      break;
    }
    log.push(said);
    return said;
  };
  const post = (path: string, as: string, body?: object, key?: string) => () =>
    local.api({
      method: "POST",
      path,
      as,
      ...(key && { headers: { "idempotency-key": key } }),
      ...(body && { body }),
    });

  const place = async (order: OrderPlan) => {
    await pause(order.at);
    const { as, lines, card, name } = order;
    const send = post("/orders", as, { lines, paymentToken: card }, keyOf(plan, order));
    const said = () => insist({ who: as, what: "place", order: name }, send, order.tries);
    await Promise.all(order.twice ? [said(), said()] : [said()]);
  };

  const due = async (when: When) => {
    if ("at" in when) return pause(when.at);
    await new Promise<void>((resolve) => {
      const key = `${when.order} ${when.moment}`;
      waiting.set(key, [...(waiting.get(key) ?? []), resolve]);
      if (over) resolve();
    });
    if (!over) await pause(when.wait);
  };

  const asked: Record<Act["do"], (act: Act) => Promise<unknown>> = {
    cancel: ({ order }: Json) => {
      const as = plan.orders.find(({ name }) => name === order)?.as ?? "alice";
      return insist(
        { who: as, what: "cancel", order },
        post(`/orders/${ids.get(order)}/cancel`, as),
      );
    },
    resume: ({ order }: Json) => decide(order, "resume"),
    close: ({ order }: Json) => decide(order, "close"),
    "refund by hand": async ({ order, name, share = 1 }: Json) => {
      const path = `/payments/${ids.get(order)}/refunds`;
      const total = await totalOf(order);
      if (total) {
        const amount = { ...total, amount: Math.ceil(total.amount * share) };
        const body = { amount, reason: "By bank transfer." };
        await insist(
          { who: "admin", what: "refund by hand", order },
          post(path, "admin", body, `${plan.seed} ${name}`.replaceAll(" ", "-")),
        );
      }
      return decide(order, "close");
    },
    "correct stock": ({ productId, quantity, name }: Json) =>
      insist(
        { who: "admin", what: "correct stock" },
        post(
          "/stock/adjustments",
          "admin",
          { productId, quantity, reason: "Counted." },
          `${plan.seed} ${name}`.replaceAll(" ", "-"),
        ),
      ).then((said) => Object.assign(said, { quantity: { [productId]: quantity } })),
    "take in stock": ({ productId, quantity, name }: Json) =>
      insist(
        { who: "admin", what: "take in stock" },
        post(
          "/stock/receipts",
          "admin",
          { lines: [{ productId, quantity }] },
          `${plan.seed} ${name}`.replaceAll(" ", "-"),
        ),
      ).then((said) => Object.assign(said, { quantity: { [productId]: quantity } })),
    "stop a saga": async ({ order }: Json) => {
      for (const machine of ["FulfilOrder", "ReturnOrder"])
        await stopSaga(machine, ids.get(order) ?? "");
    },
    "send dead letters on": () => sendOn(local),
    rebuild: async ({ view }: Json) => local.beside.command?.(`rebuild ${view}`),
  };
  const decide = (order: string, decision: "resume" | "close") =>
    insist(
      { who: "admin", what: decision, order },
      post(`/orders/${ids.get(order)}/${decision}`, "admin", { reason: "Looked." }),
    );
  const totalOf = async (order: string) => {
    const as = plan.orders.find(({ name }) => name === order)?.as ?? "alice";
    const answer = await local.api({ path: `/orders/${ids.get(order)}`, as });
    return answer.status === 200 ? (answer.json() as Json).paid : undefined;
  };
  const stopSaga = async (machine: string, id: string) => {
    const stateMachineArn = `arn:aws:states:us-east-1:123456789012:stateMachine:petstore-local-${machine}`;
    const { executions } = await local.call("states", "ListExecutions", {
      stateMachineArn,
      statusFilter: "RUNNING",
    });
    for (const { executionArn, name } of executions)
      if (name.startsWith(id)) await local.call("states", "StopExecution", { executionArn });
  };

  return {
    log,
    async act() {
      const acts = plan.acts.map(async (act) => {
        await due(act.when);
        if (!over) await asked[act.do](act);
      });
      await Promise.all(plan.orders.map(place));
      await pause(Math.max(0, plan.calmAt - (clock.now() - began)));
      over = true;
      for (const resolves of waiting.values()) for (const resolve of resolves) resolve();
      await Promise.all(acts);
    },
    notice(passage) {
      if (waiting.size === 0) return;
      for (const moment of momentsAt(passage) satisfies Moment[])
        for (const subject of passage.subject.split("+")) {
          const key = `${subject} ${moment}`;
          const resolves = waiting.get(key);
          if (!resolves) continue;
          waiting.delete(key);
          for (const resolve of resolves) resolve();
        }
    },
  };
};

/** An e-mail is not sent on: it may have been sent. */
const NEVER = "NotificationsQueue";

/** The queues whose dead letters a person sends on: all that have some, but for that one. */
const redriven = ({ graph }: VirtualShop["local"]): string[] =>
  graph.resources
    .filter(({ type, inputs }) => type === "aws:sqs/queue:Queue" && inputs.redrivePolicy)
    .map(({ name }) => name.replace(/Queue$/, ""))
    .filter((name) => name !== NEVER);

/** Sends on what was given up, where nothing else makes up for it. */
export const sendOn = async (local: VirtualShop["local"]): Promise<void> => {
  const { call } = local;
  for (const queue of redriven(local)) {
    const arn = (name: string) => `arn:aws:sqs:us-east-1:123456789012:petstore-local-${name}Queue`;
    // What EventBridge could not deliver knows no queue that it came from.
    const move = { SourceArn: arn(`${queue}Dlq`), DestinationArn: arn(queue) };
    // A task that still runs refuses another: it takes along what came meanwhile.
    await call("sqs", "StartMessageMoveTask", move).catch(() => {});
  }
};

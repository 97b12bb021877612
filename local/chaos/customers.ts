import { setTimeout as pause } from "node:timers/promises";
import type { Chance } from "emulator/kernel/chance";
import type { Ready } from "../shop-process.ts";

type Line = { productId: string; quantity: number };

/** What a customer wanted and what they were told: the client's own log, which no table of the shop has a part in. */
export type Wish = {
  key: string;
  as: string;
  lines: Line[];
  card: string;
  /** The answer, once there was a definite one. */
  status?: number;
  orderId?: string;
  /** Whether they wanted to cancel, and what they were told. */
  cancels: boolean;
  cancelStatus?: number;
};

/** A delivery that the administrator brought, and whether the shop has said that it took it. */
type Delivery = { key: string; lines: Line[]; taken: boolean };

export type ClientLog = { wishes: Wish[]; deliveries: Delivery[] };

const CARDS = [
  ...Array.from({ length: 8 }, () => "tok_approve"),
  ...["tok_decline", "tok_late", "tok_twice", "tok_disorder", "tok_refund_fails"],
];
const PRODUCTS = ["prd_hay", "prd_collar", "prd_bird-cage"];
const CUSTOMERS = ["alice", "bob", "carol"];
/** How many of each product a delivery brings, and after how many orders the next one comes. */
const DELIVERED = 400;
const ORDERS_A_DELIVERY = 200;

/** Something to do with the shop until it gives a definite answer, in whichever of its lives. */
type Send = (
  path: string,
  as: string,
  key: string,
  body?: object,
) => Promise<{ status: number; body: unknown }>;

/** A customer whose request found nobody, or an answer that says "come back", tries again so many ms later. */
const AGAIN_MS = 100;

/**
 * Customers who order, so many side by side, until so many orders were answered. Each repeats their request under its key,
 * life after life, until there is a definite answer, and writes down what it was.
 */
export const customers = ({
  chance,
  orders,
  sideBySide,
}: {
  chance: Chance;
  orders: number;
  sideBySide: number;
}) => {
  const log: ClientLog = { wishes: [], deliveries: [] };
  let shop: Ready | undefined;
  const opened: (() => void)[] = [];
  const pick = <T>(of: readonly T[]) => of[Math.floor(chance.draw() * of.length)] as T;
  const present = async (): Promise<Ready> => {
    while (!shop) await new Promise<void>((resolve) => opened.push(resolve));
    return shop;
  };

  const insist: Send = async (path, as, key, body) => {
    for (;;) {
      const { api, accounts } = await present();
      const response = await fetch(api + path, {
        method: "POST",
        headers: {
          authorization: `Bearer ${accounts[as]?.token}`,
          "content-type": "application/json",
          "idempotency-key": key,
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      }).catch(() => undefined);
      const text = await response?.text().catch(() => undefined);
      if (
        response &&
        text !== undefined &&
        response.status < 500 &&
        !response.headers.get("retry-after")
      )
        return { status: response.status, body: text && JSON.parse(text) };
      await pause(AGAIN_MS);
    }
  };

  const deliver = async (n: number) => {
    const delivery: Delivery = {
      key: `delivery-${n}`,
      lines: PRODUCTS.map((productId) => ({ productId, quantity: DELIVERED })),
      taken: false,
    };
    log.deliveries.push(delivery);
    const { status } = await insist("/stock/receipts", "admin", delivery.key, {
      lines: delivery.lines,
    });
    delivery.taken = status === 201;
  };

  const one = async (n: number) => {
    if (n % ORDERS_A_DELIVERY === 0) await deliver(n / ORDERS_A_DELIVERY);
    const products = [...new Set([pick(PRODUCTS), pick(PRODUCTS)])];
    const wish: Wish = {
      key: `order-${n}`,
      as: pick(CUSTOMERS),
      lines: products.map((productId) => ({ productId, quantity: 1 })),
      card: pick(CARDS),
      cancels: chance.draw() < 0.15,
    };
    const [waits, wait] = [chance.draw(), chance.draw()];
    log.wishes.push(wish);
    const { lines, card: paymentToken } = wish;
    const answer = await insist("/orders", wish.as, wish.key, { lines, paymentToken });
    wish.status = answer.status;
    wish.orderId = (answer.body as { orderId?: string }).orderId;
    if (!wish.cancels || !wish.orderId) return;
    await pause(waits < 0.5 ? 0 : wait * 3_000);
    const path = `/orders/${wish.orderId}/cancel`;
    wish.cancelStatus = (await insist(path, wish.as, `${wish.key}-cancel`)).status;
  };

  let next = 0;
  let most = orders;
  const queue = async () => {
    while (next < most) await one(next++);
  };
  return {
    log,
    /** The shop is open, or has gone. */
    see(open: Ready | undefined) {
      shop = open;
      if (open) for (const resolve of opened.splice(0)) resolve();
    },
    /** Nobody orders any more; who has ordered still waits for an answer. */
    enough() {
      most = 0;
    },
    /** Resolves when every order has had its answer. */
    done: Promise.all(Array.from({ length: sideBySide }, queue)).then(() => {}),
    answered: () => log.wishes.filter(({ status }) => status !== undefined).length,
  };
};

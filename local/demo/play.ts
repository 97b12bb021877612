import { runningIn } from "../judge/books.ts";
import { secretOf } from "../secrets.ts";
import type { Shop } from "../shop.ts";
import {
  forgedCapture,
  type ProviderTroubles,
  rotateApiKey,
  rotateWebhookSecret,
  troubleProvider,
} from "./provider-troubles.ts";
import type { Story } from "./stories.ts";

/** An order as its customer reads it. */
export type Order = {
  orderId: string;
  status: "PENDING" | "CONFIRMED" | "REJECTED" | "CANCELLED" | "NEEDS_ATTENTION";
  total?: { amount: number; currency: string };
  reason?: { code: string; detail: string };
  timeline: { at: string; what: string }[];
};

/** How far a story is, as the customer who lives it knows. */
export type Scene = {
  story: Story;
  number: number;
  sentAt?: number;
  order?: Order;
  /** What the API said where it did not take the order. */
  refusal?: { status: number; type: string };
  cancelled?: number;
  /** What staff's decision was answered. */
  decided?: number;
  over: boolean;
  /** Milliseconds from the request to the last that happened because of it. */
  ms: number;
};

type Request = Parameters<Shop["api"]>[0];
/** Sends a request to the API. */
export type Send = (request: Request) => Promise<{ status: number; json: () => unknown }>;

export type Play = {
  local: Shop;
  stories: Story[];
  send: Send;
  /** Milliseconds between the beginnings of two stories. */
  pace: number;
  /** Milliseconds after which what is not over is stuck. */
  patience: number;
  onChange?: (scenes: Scene[]) => void;
};

const ENDED = ["REJECTED", "CANCELLED", "NEEDS_ATTENTION"];
const LOOK_EVERY_MS = 300;
const TRIES = 10;
const PAGE = 100;
const OUT_MS = 21_000;
const IN_FLIGHT_MS = 3_000;
/** What the card of that name is charged with too little. */
const UNDERCHARGE = 100;

const isOver = ({ order, refusal, story, cancelled, decided }: Scene): boolean => {
  if (refusal) return true;
  if (story.staff && (decided === undefined || order?.status === "NEEDS_ATTENTION")) return false;
  const happened = (what: string) => order?.timeline.some((entry) => entry.what === what);
  if (order?.status === "CONFIRMED")
    return story.cancels
      ? cancelled !== undefined && cancelled >= 400
      : Boolean(happened("PaymentCaptured") && happened("StockCommitted"));
  return order !== undefined && order.status !== "PENDING";
};

/**
 * Lets customers live their stories against the API, and waits until nothing moves any more. Answers what each of
 * them saw in the end, and what is stuck where that took too long. Under a virtual clock, time must be driven meanwhile.
 */
export const play = async ({
  local,
  stories,
  send,
  pace,
  patience,
  onChange,
}: Play): Promise<{ scenes: Scene[]; stuck: string[] }> => {
  const { clock } = local.cloud;
  const deadline = clock.now() + patience;
  const pause = (ms: number) =>
    new Promise<void>((resolve) => clock.after(ms, "a customer waits", resolve));
  const scenes = stories.map((story, i): Scene => ({ story, number: i + 1, over: false, ms: 0 }));
  const troubles: ProviderTroubles = troubleProvider(local);
  const sceneOf = (id: string) => scenes.find(({ story }) => story.id === id);
  const until = async (done: () => boolean) => {
    while (!done() && clock.now() < deadline) await pause(LOOK_EVERY_MS);
  };
  const update = (scene: Scene, change: Partial<Scene>) => {
    Object.assign(scene, change);
    scene.over = isOver(scene);
    const last = scene.order?.timeline.at(-1);
    if (last && scene.sentAt) scene.ms = Math.max(0, Date.parse(last.at) - scene.sentAt);
    onChange?.(scenes);
  };

  /** Sends until there is an answer that stands: what failed or is still under way is safe to repeat under its key. */
  const persist = async (request: Request) => {
    for (let tried = 1; ; tried += 1) {
      const answer = await send(request);
      const { type } = (answer.status >= 400 ? answer.json() : {}) as { type?: string };
      const again = answer.status >= 500 || type === "/problems/request-in-progress";
      if (!again || tried === TRIES) return answer;
      await pause(1_000);
    }
  };

  const place = async (scene: Scene) => {
    const { story } = scene;
    const { as, lines, card: paymentToken, extra } = story;
    update(scene, { sentAt: clock.now() });
    const request: Request = {
      method: "POST",
      path: "/orders",
      as,
      headers: { "idempotency-key": `demo-${story.underKeyOf ?? story.id}` },
      body: { lines, paymentToken, ...extra },
    };
    const [answer, second] = await Promise.all([
      persist(request),
      story.sendsTwice && persist(request),
    ]);
    const body = answer.json() as Order & { type: string };
    if (answer.status !== 202)
      return update(scene, {
        refusal: { status: answer.status, type: body.type },
        ms: clock.now() - (scene.sentAt ?? 0),
      });
    const other = second && (second.json() as Order).orderId;
    if (other && other !== body.orderId)
      throw new Error(`One request sent twice became two orders: ${body.orderId} and ${other}.`);
    // A look at the list may have been faster than the answer.
    update(scene, { order: scene.order ?? { ...body, timeline: [] } });
  };

  /** Sends a webhook that is a lie, under a genuine signature. Throws where it is not answered so. */
  const forge = async (orderId: string, secret: string, expected: number) => {
    const scene = scenes.find(({ order }) => order?.orderId === orderId);
    await until(() => scene?.order?.total !== undefined);
    const forged = forgedCapture(orderId, scene?.order?.total ?? {}, secret, clock.now());
    const { status } = await send(forged);
    if (status !== expected)
      throw new Error(`A forged webhook was answered with ${status}, not ${expected}.`);
  };

  /** As long as requests and webhooks of before a deployment may be on their way. */
  const wait = () => pause(IN_FLIGHT_MS);
  const trouble = async ({ story }: Scene, { orderId }: Order) => {
    if (story.trouble === "the provider is out") troubles.loseAll(orderId, OUT_MS);
    if (story.trouble === "a refund is not heard of") troubles.loseRefundsAnswer(orderId);
    if (story.trouble === "the API key is rotated") await rotateApiKey(local, wait);
    if (story.trouble === "the webhooks' secret is rotated")
      await forge(orderId, await rotateWebhookSecret(local, wait), 401);
    if (story.trouble === "a webhook is forged")
      await forge(orderId, await secretOf(local, "WebhookSecret"), 409);
  };

  /** What staff do, who have looked at it: give the money back where they have to, and decide. */
  const decide = async (scene: Scene, orderId: string, decision: "resume" | "close") => {
    await until(() => scene.order?.status === "NEEDS_ATTENTION");
    const request = { method: "POST", as: "admin", headers: { "idempotency-key": orderId } };
    const { total } = scene.order ?? {};
    if (scene.story.paysBack && total) {
      const taken = { ...total, amount: total.amount - UNDERCHARGE };
      const body = { amount: taken, reason: "By bank transfer." };
      await persist({ ...request, path: `/payments/${orderId}/refunds`, body });
    }
    const body = { reason: "We have looked at it." };
    const { status } = await persist({ ...request, path: `/orders/${orderId}/${decision}`, body });
    update(scene, { decided: status });
  };

  const live = async (scene: Scene) => {
    const { story } = scene;
    const { after, underKeyOf, cancels } = story;
    if (after) await until(() => sceneOf(after)?.over === true);
    if (underKeyOf) await until(() => sceneOf(underKeyOf)?.order !== undefined);
    await place(scene);
    if (!scene.order) return;
    await trouble(scene, scene.order);
    if (story.staff) await decide(scene, scene.order.orderId, story.staff);
    if (!cancels) return;
    // Confirmed and not paid yet, it would only be given up: these stories are about money that came and goes back.
    const isPaid = () => scene.order?.timeline.some(({ what }) => what === "PaymentCaptured");
    if (cancels === "when paid")
      await until(() => isPaid() === true || ENDED.includes(scene.order?.status ?? ""));
    const path = `/orders/${scene.order.orderId}/cancel`;
    const { status } = await persist({ method: "POST", path, as: story.as });
    update(scene, { cancelled: status });
  };

  /** Reads the customers' lists of orders, as far back as something moves in them. */
  const look = async () => {
    const customers = new Set(stories.map(({ as }) => as));
    for (const as of customers) {
      const waited = new Map(
        scenes.flatMap((scene) =>
          scene.story.as === as && scene.order ? [[scene.order.orderId, scene] as const] : [],
        ),
      );
      for (let cursor: string | null = ""; cursor !== null; ) {
        const at: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
        const answer = await send({ path: `/orders?limit=${PAGE}${at}`, as });
        if (answer.status !== 200) break;
        const page = answer.json() as { items: Order[]; cursor: string | null };
        for (const order of page.items) {
          const scene = waited.get(order.orderId);
          const changed = scene?.order?.timeline.length !== order.timeline.length;
          if (scene && changed) update(scene, { order });
        }
        cursor = page.cursor;
      }
    }
  };

  const isQuiet = async () => {
    if ((await runningIn(local)).length > 0) return false;
    return local.atRest();
  };

  /** Between the outbox and a queue an event is in nobody's hands for a moment: rest is what lasts for two looks. */
  const rest = async () => {
    for (let quiet = 0; quiet < 2 && clock.now() < deadline; ) {
      await pause(LOOK_EVERY_MS);
      await look();
      quiet = scenes.every(({ over }) => over) && (await isQuiet()) ? quiet + 1 : 0;
    }
  };

  let slot = 0;
  const begun = new Map<string, number>();
  const slotOf = ({ rivals }: Story) => {
    const shared = rivals === undefined ? undefined : begun.get(rivals);
    const mine = shared ?? slot++;
    if (rivals !== undefined) begun.set(rivals, mine);
    return mine;
  };
  const lives = scenes.map(async (scene) => {
    await pause(slotOf(scene.story) * pace);
    await live(scene);
  });
  await Promise.all([...lives, rest()]);
  await look();

  const stuck = scenes.flatMap(({ over, story, order }) =>
    over ? [] : [`${order?.orderId ?? story.id} (${story.tells}) is ${order?.status ?? "unsent"}`],
  );
  if (stuck.length === 0 && !(await isQuiet())) {
    const running = await runningIn(local);
    stuck.push(
      ...(running.length > 0
        ? running.map((name) => `the saga of ${name} is still running`)
        : ["an outbox or a queue is not empty"]),
    );
  }
  return { scenes, stuck };
};

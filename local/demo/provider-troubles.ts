import { SIGNATURE_HEADER, signWebhook } from "@petstore/core/webhook-signature";
import type { Call } from "emulator/kernel/engine";
import { rotate, secretOf } from "../secrets.ts";
import type { Shop } from "../shop.ts";

/** What can go wrong between the shop and the provider about one order. */
export type ProviderTroubles = {
  /** Lets every request about an order get lost, for so many milliseconds. */
  loseAll: (orderId: string, ms: number) => void;
  /** Lets the first refund of an order be made, and its answer get lost. */
  loseRefundsAnswer: (orderId: string) => void;
};

const paymentOf = (orderId: string) => orderId.replace("ord_", "pay_");

/** What a request to the provider says, on its way to it; undefined for every other call. */
const requestOf = ({ service, operation, caller, input }: Call): string | undefined =>
  service === "lambda" &&
  operation === "Invoke" &&
  caller.name.includes("ProviderApi") &&
  caller.name.endsWith("URL")
    ? Buffer.from(input.Payload, "base64").toString()
    : undefined;

/** Puts itself between the shop and the provider. */
export const troubleProvider = ({ cloud }: Shop): ProviderTroubles => {
  const outUntil = new Map<string, number>();
  const unheard = new Set<string>();
  cloud.guard(async (call, next) => {
    const request = requestOf(call);
    const payment = request && /pay_\w{26}/.exec(request)?.[0];
    if (!payment) return next(call);
    if (cloud.clock.now() < (outUntil.get(payment) ?? 0)) throw new Error("The provider is out");
    const answer = await next(call);
    if (request.includes("/refund") && unheard.delete(payment))
      throw new Error("The answer is lost");
    return answer;
  });
  return {
    loseAll: (orderId, ms) => void outUntil.set(paymentOf(orderId), cloud.clock.now() + ms),
    loseRefundsAnswer: (orderId) => void unheard.add(paymentOf(orderId)),
  };
};

/** A webhook that nobody at the provider sent, signed with a secret of the local stage: that the money was taken. */
export const forgedCapture = (orderId: string, total: object, secret: string, now: number) => {
  const data = { paymentId: paymentOf(orderId), status: "captured", ...total };
  const id = `whk_forged-${orderId}`;
  const body = JSON.stringify({ id, type: "payment.captured", data });
  return {
    method: "POST",
    path: "/webhooks/payments",
    headers: { [SIGNATURE_HEADER]: signWebhook(body, secret, now) },
    body,
  };
};

/** Whether the provider lets in who has this API key. */
const isLetIn = async (local: Shop, key: string): Promise<boolean> => {
  const ledger = `${local.urls.api}/_local/functions/ProviderApi/v1/ledger`;
  const headers = { authorization: `Bearer ${key}` };
  return (await local.fetch(ledger, { headers })).status === 200;
};

/** Rotates the API key at both sides, whatever is under way. Throws where the provider takes the old one then, or not the new one. */
export const rotateApiKey = async (local: Shop, wait: () => Promise<void>): Promise<void> => {
  const [old, next] = [await secretOf(local, "ProviderApiKey"), "rotated-api-key"];
  await rotate(local, "ProviderApiKey", next, wait);
  if (await isLetIn(local, old)) throw new Error("The provider takes the old API key.");
  if (!(await isLetIn(local, next))) throw new Error("The provider does not take the new API key.");
};

/** Rotates the webhooks' secret at both sides, whatever is under way. Answers the old one, which signs nothing any more. */
export const rotateWebhookSecret = async (
  local: Shop,
  wait: () => Promise<void>,
): Promise<string> => {
  const old = await secretOf(local, "WebhookSecret");
  await rotate(local, "WebhookSecret", "rotated-webhook-secret", wait);
  return old;
};

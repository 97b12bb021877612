import { SIGNATURE_HEADER, signWebhook } from "@petstore/core/webhook-signature";
import type { Call } from "emulator/kernel/engine";
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

/** A webhook that nobody at the provider sent, signed with the genuine secret of the local stage: that the money was taken. */
export const forgedCapture = (orderId: string, total: object, now: number) => {
  const data = { paymentId: paymentOf(orderId), status: "captured", ...total };
  const id = `whk_forged-${orderId}`;
  const body = JSON.stringify({ id, type: "payment.captured", data });
  return {
    method: "POST",
    path: "/webhooks/payments",
    headers: { [SIGNATURE_HEADER]: signWebhook(body, "sandbox-webhook-secret", now) },
    body,
  };
};

import type { Money } from "@petstore/core/money";
import { Problem } from "@petstore/core/problem";
import { ok, type Refusal, type Result } from "@petstore/core/result";
import { OutcomeUnknown } from "@petstore/core/saga-step";
import type { PaymentId } from "@petstore/events/ids";
import type { Said } from "../domain/hear-provider.ts";
import type { Cause } from "../domain/ledger.ts";
import { connection } from "./provider-connection.ts";
import { ProviderLedger, ProviderStatement, saidBy } from "./provider-language.ts";

const understand = (body: unknown): Said => {
  const { data } = ProviderStatement.safeParse(body);
  if (!data) throw new OutcomeUnknown("The provider answered something that we do not understand.");
  return saidBy(data);
};

/** The refusal that a problem's type names: `/problems/card-declined` is CardDeclined. */
const refusalOf = (status: number, body: unknown): Refusal => {
  const { type, detail } = Problem.partial().parse(body ?? {});
  const code = (type?.split("/").at(-1) ?? `http-${status}`)
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  return { code, detail: detail ?? `The provider answered ${status}.` };
};

/**
 * The payment provider. Every request carries a key made of payment and purpose, so that asking again is
 * always allowed. Answers what was said, or its refusal; throws OutcomeUnknown where it said neither.
 */
export const paymentProvider = (account: { url: string; apiKey: string }) => {
  const ask = connection(account);

  const post = async (id: PaymentId, action: string, body: object): Promise<Result<Said>> => {
    const path = action === "authorize" ? "/v1/payments" : `/v1/payments/${id}/${action}`;
    const purpose = "cause" in body ? `${action}:${body.cause}` : action;
    const answer = await ask("POST", path, { idempotencyKey: `${id}:${purpose}`, body });
    return answer.status < 300
      ? ok(understand(answer.body))
      : { ok: false, refusal: refusalOf(answer.status, answer.body) };
  };
  return {
    /** What became of a payment; undefined where the provider has not heard of it. */
    find: async (id: PaymentId): Promise<Said | undefined> => {
      const { status, body } = await ask("GET", `/v1/payments/${id}`);
      if (status === 404) return undefined;
      if (status !== 200) throw new OutcomeUnknown(`The provider answered ${status}.`);
      return understand(body);
    },

    /** The payments of a page of its ledger, in which every movement of money stands, and where the next page begins. */
    ledger: async (after: string | null) => {
      const from = after ? `?cursor=${encodeURIComponent(after)}` : "";
      const { status, body } = await ask("GET", `/v1/ledger${from}`);
      if (status !== 200) throw new OutcomeUnknown(`The provider answered ${status}.`);
      const { items, cursor } = ProviderLedger.parse(body);
      return { paymentIds: items.map(({ paymentId }) => paymentId), next: cursor ?? null };
    },

    /** A card that it will not take is a decline; `pending` means that a webhook follows. */
    authorize: async (id: PaymentId, total: Money, token: string): Promise<Said> => {
      const result = await post(id, "authorize", { paymentId: id, ...total, token });
      if (result.ok) return result.value;
      const { code, detail } = result.refusal;
      if (code === "CardDeclined") return { status: "declined", reason: detail };
      if (code === "PaymentVoided") return { status: "voided" };
      throw new Error(`The provider cannot authorise ${id}: ${code}: ${detail}`);
    },

    capture: (id: PaymentId, total: Money) => post(id, "capture", total),

    /** Also where there is nothing to void: then the provider refuses an authorisation that comes later. */
    void: (id: PaymentId) => post(id, "void", {}),

    refund: (id: PaymentId, amount: Money, cause: Cause) =>
      post(id, "refund", { ...amount, cause }),
  };
};

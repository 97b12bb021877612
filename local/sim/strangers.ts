import { SIGNATURE_HEADER, signWebhook } from "../../packages/core/src/webhook-signature.ts";
import type { Books } from "../judge/books.ts";
import { secretOf } from "../secrets.ts";
import type { VirtualShop } from "../virtual-shop.ts";
import { keyOf } from "./names.ts";
import type { Told } from "./oracles.ts";
import type { OrderPlan, Plan } from "./plan.ts";

type Finding = { invariant: string; what: string };
type Answer = Awaited<ReturnType<VirtualShop["local"]["api"]>>;

const HOUR = 3600_000;

/** What nobody may do, tried when all is at rest: each attempt has to be refused. */
export const strangers = async (
  { local, clock }: VirtualShop,
  plan: Plan,
  ids: ReadonlyMap<string, string>,
  books: Books,
  told: Told,
): Promise<Finding[]> => {
  const findings: Finding[] = [];
  const refused = async (invariant: string, what: string, code: number, asked: Promise<Answer>) => {
    const { status } = await asked;
    if (status !== code) findings.push({ invariant, what: `${what}, and was answered ${status}` });
  };
  const place = (as: string, key: string, body: object) =>
    local.api({ method: "POST", path: "/orders", as, headers: { "idempotency-key": key }, body });
  const bodyOf = ({ lines, card }: OrderPlan) => ({ lines, paymentToken: card });

  const [order] = plan.orders.filter(({ name }) => told.get(name));
  if (!order) return [];
  const { name, as, lines } = order;
  const stranger = as === "bob" ? "carol" : "bob";
  await refused(
    "I6",
    `${stranger} cancelled ${name}`,
    404,
    local.api({ method: "POST", path: `/orders/${ids.get(name)}/cancel`, as: stranger }),
  );
  const more = lines.map((line) => ({ ...line, quantity: line.quantity + 1 }));
  await refused(
    "I5",
    `${as} asked for something else under the key of ${name}`,
    422,
    place(as, keyOf(plan, order), { ...bodyOf(order), lines: more }),
  );
  const cheap = lines.map((line) => ({ ...line, unitPrice: { amount: 1, currency: "USD" } }));
  await refused(
    "I7",
    `${as} named a price`,
    422,
    place(as, `${keyOf(plan, order)}-cheap`, { ...bodyOf(order), lines: cheap }),
  );
  await forge();
  return findings;

  /** Who knows the secret says of a payment what is not true, and plays an old webhook again. */
  async function forge(): Promise<void> {
    const [paymentId, payment] =
      [...books.provider].find(([, { state }]) => state !== "captured") ?? [];
    if (!paymentId || !payment) return;
    const secret = await secretOf(local, "WebhookSecret");
    const send = (status: string, at: number) => {
      const data = { paymentId, status, amount: 1, currency: "USD" };
      const body = JSON.stringify({ id: `whk_forged-${status}`, type: `payment.${status}`, data });
      const headers = { [SIGNATURE_HEADER]: signWebhook(body, secret, at) };
      return local.api({ method: "POST", path: "/webhooks/payments", headers, body });
    };
    await refused("I10", "a forger said that money was taken", 409, send("captured", clock.now()));
    await refused("I10", "a webhook came an hour late", 401, send("pending", clock.now() - HOUR));
  }
};

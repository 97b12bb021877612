import { usd } from "@petstore/core/money";
import { ok, type Result, refuse } from "@petstore/core/result";
import { cardNamed } from "../../../services/payment-provider/src/domain/cards.ts";
import type { Done, Operation } from "../../../services/payment-provider/src/domain/operations.ts";
import {
  type Payment,
  type Statement,
  statementOf,
} from "../../../services/payment-provider/src/domain/payment.ts";
import { webhooksAfter } from "../../../services/payment-provider/src/domain/webhooks.ts";
import {
  ProviderStatement,
  saidBy,
} from "../../../services/payments/src/adapters/provider-language.ts";
import type { Said } from "../../../services/payments/src/domain/hear-provider.ts";
import type { Rules } from "./rules.ts";

type Wanted = Operation extends infer Each
  ? Each extends unknown
    ? Omit<Each, "paymentId">
    : never
  : never;

/** What the provider is asked: what became of the payment, or to do something, under a key. */
export type Request = { type: "find" } | Wanted;

/** What the provider has written down of the one payment: services/payment-provider/src/adapters/payments.ts. */
export type ProviderRow = {
  payment?: Payment;
  answers: Record<string, { request: string; statement: Statement }>;
  /** What has moved to the merchant, and back. */
  taken: number;
  back: Record<string, number>;
  /** Whether the bank has answered. */
  settled: boolean;
};

export type News = { id: string; statement: Statement };
export type Answer = Result<Said | undefined> | "silence";

const PAYMENT = "pay_01ARZ3NDEKTSV4RRFFQ69G5FAV";
const LATER = 1e12;
const nowOf = ({ settled }: ProviderRow) => (settled ? LATER : 0);
const inOurWords = (statement: Statement): Said => saidBy(ProviderStatement.parse(statement));

/** A provider that nobody has asked anything. */
export const untouched: ProviderRow = { answers: {}, taken: 0, back: {}, settled: false };

/** What the provider would say of the payment if it were asked now. */
export const truthOf = (row: ProviderRow): Statement | undefined =>
  row.payment && statementOf(row.payment, nowOf(row));

const keyOf = (request: Wanted) =>
  `${request.type}${"cause" in request ? `:${request.cause}` : ""}`;

/** What becomes of a request: services/payment-provider/src/adapters/operate.ts, read, decided and written at once. */
export const operate = (
  rules: Rules,
  row: ProviderRow,
  request: Request,
): { row: ProviderRow; said: Answer; news: News[]; outcome: string } => {
  const quiet = { row, news: [] as News[] };
  if (request.type === "find") {
    const truth = truthOf(row);
    return { ...quiet, said: ok(truth && inOurWords(truth)), outcome: truth?.status ?? "unknown" };
  }
  const [key, text] = [keyOf(request), JSON.stringify(request)];
  const earlier = rules.keys ? row.answers[key] : undefined;
  if (earlier)
    return earlier.request === text
      ? { ...quiet, said: ok(inOurWords(earlier.statement)), outcome: "as before" }
      : {
          ...quiet,
          said: refuse("IdempotencyKeyReused", "Another request."),
          outcome: "key reused",
        };
  const operation = { ...request, paymentId: PAYMENT } as Operation;
  const result = rules.perform(row.payment, operation, nowOf(row));
  if (!result.ok) {
    const { code, detail } = result.refusal;
    // services/payments/src/adapters/provider.ts: a card that it will not take is a decline.
    if (code === "CardDeclined")
      return { ...quiet, said: ok({ status: "declined", reason: detail }), outcome: code };
    if (code === "PaymentVoided")
      return { ...quiet, said: ok({ status: "voided" }), outcome: code };
    return { ...quiet, said: result, outcome: code };
  }
  const { payment, statement, posting, broken } = result.value as Done;
  const next: ProviderRow = { ...row, payment };
  if (!broken) next.answers = { ...row.answers, [key]: { request: text, statement } };
  const moved = posting?.find(({ account }) => account === "merchant")?.amount ?? 0;
  if (moved > 0) next.taken = row.taken + moved;
  if (moved < 0 && request.type === "refund")
    next.back = { ...row.back, [request.cause]: (row.back[request.cause] ?? 0) - moved };
  if (broken) return { row: next, said: "silence", news: [], outcome: "broken off" };
  const news = webhooksAfter(operation, payment, statement).map(({ body }) => ({
    id: body.id,
    statement: body.data,
  }));
  const silent = request.type === "authorize" && (cardNamed(payment.card)?.silentForMs ?? 0) > 0;
  return {
    row: next,
    said: silent ? "silence" : ok(inOurWords(statement)),
    news,
    outcome: statement.status,
  };
};

/** What was ordered costs this much. */
export const TOTAL = usd(1000);

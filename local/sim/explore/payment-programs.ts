import { ok, type Refusal, type Result } from "@petstore/core/result";
import { isTaken } from "../../../services/payments/src/domain/accept-capture.ts";
import { isNews, type Said } from "../../../services/payments/src/domain/hear-provider.ts";
import type { Cause } from "../../../services/payments/src/domain/ledger.ts";
import {
  answerOf,
  isGivenBack,
  type PaymentCommand,
} from "../../../services/payments/src/domain/payment.ts";
import { isOff, type PaymentState } from "../../../services/payments/src/domain/payment-state.ts";
import { by, trace } from "./given.ts";
import type { StepArgs } from "./order-programs.ts";
import { ask, become, decide, type Program, refusal, Thrown } from "./program.ts";
import { TOTAL } from "./provider.ts";
import type { Rules } from "./rules.ts";

const CARD = "card";

/** Tells the saga's step that waits: services/payments/src/adapters/saga.ts. */
function* answerSaga(token: string, answer: Result<unknown>): Program<void> {
  const failure = answer.ok ? undefined : refusal(answer.refusal);
  yield { op: "answer", token: Number(token), ...(failure && { failure }) };
}

const find = () => ask({ type: "find" });
const said = (answer: Result<Said | undefined>) => (answer.ok ? answer.value : undefined);

/** services/payments/src/adapters/give-back.ts */
function* giveBack(state: PaymentState): Program<Result<Said | undefined>> {
  const { refunding } = state;
  if (!refunding) return yield* ask({ type: "void" });
  const truth = said(yield* find());
  if (truth && isNews(state, truth)) return ok(truth);
  return yield* ask({ type: "refund", money: refunding.amount, cause: refunding.cause });
}

type Step = {
  command: PaymentCommand;
  isDone: (state: PaymentState) => boolean;
  ask: (state: PaymentState) => Program<Result<Said | undefined>>;
  whenRefused: (refusal: Refusal) => PaymentCommand;
};

const needsAttention =
  (step: string) =>
  ({ code, detail }: Refusal): PaymentCommand => ({
    type: "ReportRefusal",
    what: `${step} was refused by the provider: ${code}: ${detail}`,
  });

/** services/payments/src/handlers/: what each step settles. */
const steps: Record<string, (args: StepArgs) => Step> = {
  CapturePayment: ({ input: { resumed } }) => ({
    command: resumed ? { type: "AcceptCapture", trace } : { type: "CapturePayment" },
    isDone: isTaken,
    ask: (state) => (state.refunding ? giveBack(state) : ask({ type: "capture", money: TOTAL })),
    whenRefused: ({ detail }) => ({ type: "HearRefusedCapture", why: detail }),
  }),
  VoidPayment: () => ({
    command: { type: "VoidPayment", trace },
    isDone: isOff,
    ask: () => ask({ type: "void" }),
    whenRefused: needsAttention("VoidPayment"),
  }),
  RefundPayment: ({ input: { cause } }) => ({
    command: { type: "RefundPayment", cause: cause as Cause, trace },
    isDone: isGivenBack,
    ask: giveBack,
    whenRefused: needsAttention("RefundPayment"),
  }),
};

const ROUNDS = 5;
type Round = {
  step: string;
  args: StepArgs;
  round: number;
  payment: PaymentState;
  refused?: Refusal;
};

/** One round of services/payments/src/adapters/settle.ts. */
function* settle(rules: Rules, { step: name, args, round, payment, refused }: Round): Program {
  if (round > ROUNDS) throw new Thrown("Contradiction");
  const step = (steps[name] as (args: StepArgs) => Step)(args);
  const allowed = yield* decide(rules, "payment", step.command, payment);
  if (!allowed.ok) {
    if (allowed.refusal.code === "NotYetAuthorized") throw new Thrown("Error", "NotYetAuthorized");
    return refused ? { ok: false, refusal: refused } : allowed;
  }
  const { state } = allowed.value;
  if (step.isDone(state)) return ok("settled");
  const answer = yield* step.ask(state);
  const truth = answer.ok ? answer.value : said(yield* find());
  const heard = truth
    ? yield* decide(rules, "payment", { type: "HearProvider", said: truth }, state)
    : ok({ state, changed: false });
  if (!heard.ok) return heard;
  const turnedDown = answer.ok ? undefined : answer.refusal;
  if (!heard.value.changed) {
    if (!turnedDown) throw new Thrown("Contradiction");
    yield* decide(rules, "payment", step.whenRefused(turnedDown), state);
    return { ok: false, refusal: turnedDown };
  }
  const next: Round = { step: name, args, round: round + 1, payment: heard.value.state };
  return yield* become("settle", { ...next, ...(turnedDown && { refused: turnedDown }) });
}

/** services/payments/src/adapters/authorize-payment.ts */
function* authorize(rules: Rules, card: string, token: number): Program {
  const taskToken = String(token);
  const request = { type: "AuthorizePayment", total: TOTAL, taskToken, trace } as const;
  let result = yield* decide(rules, "payment", request);
  if (!result.ok) return result;
  if (!answerOf(result.value.state)) {
    const isFirst = result.value.state.taskToken === taskToken;
    let known = isFirst ? undefined : said(yield* find());
    if (!known) {
      const answer = yield* ask({ type: "authorize", money: TOTAL, card });
      if (!answer.ok) throw new Thrown("Error", answer.refusal.code);
      known = answer.value as Said;
    }
    const command: PaymentCommand =
      known.status === "pending"
        ? { type: "AwaitAnswer", taskToken }
        : { type: "HearProvider", said: known };
    result = yield* decide(rules, "payment", command, result.value.state);
    if (!result.ok) return result;
  }
  const answer = answerOf(result.value.state);
  if (!answer) return ok("pending");
  if (answer.ok) yield* answerSaga(taskToken, answer);
  return answer;
}

/** services/payments/src/adapters/hear-webhook.ts */
function* hearWebhook(rules: Rules, id: string, hint: Said): Program {
  let state = (yield { op: "load", on: "payment" }) as PaymentState;
  if (!state.total) throw new Thrown("UnknownPayment");
  if (isNews(state, hint)) {
    const truth = said(yield* find());
    const heard = truth && rules.payment.decide(state, { type: "HearProvider", said: truth });
    const after = heard?.ok ? heard.value.reduce(rules.payment.evolve, state) : state;
    const isTrue = !isNews(after, hint);
    if (truth) {
      const webhook = isTrue && !state.webhooks.includes(id) ? { webhook: id } : {};
      const command = { type: "HearProvider", said: truth, ...webhook } as const;
      const written = yield* decide(rules, "payment", command, state);
      if (written.ok) state = written.value.state;
    }
    if (!isTrue) throw new Thrown("NotConfirmed");
  }
  const answer = answerOf(state);
  const isTheAnswer = hint.status === "authorized" || hint.status === "declined";
  if (isTheAnswer && answer && state.taskToken) yield* answerSaga(state.taskToken, answer);
  return ok("heard");
}

/** services/payments/src/handlers/hear-provider.ts */
function* hearProvider(rules: Rules): Program {
  const truth = said(yield* find());
  if (!truth) return undefined;
  const state = (yield { op: "load", on: "payment" }) as PaymentState;
  yield* decide(rules, "payment", { type: "HearProvider", said: truth }, state);
  return undefined;
}

/** services/payments/src/adapters/withdraw-payment.ts */
function* withdraw(rules: Rules): Program {
  const result = yield* decide(rules, "payment", { type: "VoidPayment", trace });
  if (!result.ok) return undefined;
  const { state } = result.value;
  const answer = answerOf(state);
  if (state.taskToken && answer && !answer.ok) yield* answerSaga(state.taskToken, answer);
  return ok("withdrawn");
}

/** services/payments/src/adapters/record-refund.ts */
function* recordRefund(rules: Rules): Program {
  let state = (yield { op: "load", on: "payment" }) as PaymentState;
  const truth = state.total && said(yield* find());
  if (truth) {
    const heard = yield* decide(rules, "payment", { type: "HearProvider", said: truth }, state);
    if (!heard.ok) return heard;
    state = heard.value.state;
  }
  const record = { key: "by hand", trace, amount: TOTAL, reason: "", by };
  return yield* decide(rules, "payment", { type: "RecordRefund", ...record }, state);
}

/** The payments' Lambdas: services/payments/src/handlers/, each as what it does to the world. */
export const paymentPrograms = (rules: Rules, card = CARD) => {
  const settling = (step: string) =>
    function* (args: object): Program {
      const payment = (yield { op: "load", on: "payment" }) as PaymentState;
      return yield* become("settle", { step, args, round: 1, payment } satisfies object);
    };
  return {
    AuthorizePayment: (args: object) => authorize(rules, card, (args as StepArgs).token as number),
    CapturePayment: settling("CapturePayment"),
    VoidPayment: settling("VoidPayment"),
    RefundPayment: settling("RefundPayment"),
    settle: (args: object) => settle(rules, args as Round),
    HearWebhook: (args: object) => {
      const { id, said: hint } = args as { id: string; said: Said };
      return hearWebhook(rules, id, hint);
    },
    HearProvider: () => hearProvider(rules),
    WithdrawPayment: () => withdraw(rules),
    RecordRefund: () => recordRefund(rules),
  };
};

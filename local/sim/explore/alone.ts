import type { DomainEvent } from "@petstore/core/event";
import type { OrderState, Placed } from "../../../services/orders/src/domain/order-state.ts";
import {
  ProviderStatement,
  saidBy,
} from "../../../services/payments/src/adapters/provider-language.ts";
import type { PaymentState } from "../../../services/payments/src/domain/payment-state.ts";
import { orderId, productId } from "./given.ts";
import { heardBy } from "./hearers.ts";
import { orderPrograms, placedOrder } from "./order-programs.ts";
import { type Execution, ends, outside, webhooks } from "./outside.ts";
import { paymentPrograms } from "./payment-programs.ts";
import { decided, type Program, type RunInput, Thrown } from "./program.ts";
import { type News, operate, truthOf, untouched } from "./provider.ts";
import { type Aggregate, type Rules, type StateOf, shortType } from "./rules.ts";
import { newestRun, rowAfter } from "./runs.ts";
import { seen } from "./seen.ts";
import { stepPrograms } from "./step-programs.ts";
import { stockPrograms } from "./stock-programs.ts";

/** What a program came to: a refusal by its code, another failure by its name, "done" else. */
type Outcome = string;

/** What a saga is begun with, as far as it differs from order to order, as words. */
export const startOf = (name: string, { run, resumed, again, cause }: RunInput): string =>
  `starts ${name} ${JSON.stringify({ run, resumed, again, cause })}`;

/** What every step is told that failed before it. */
export const failed = {
  failure: { Error: "Refused", Cause: '{"errorMessage":"OutOfStock: None is left."}' },
  failedStep: "ReserveStock",
};

const hearings = (events: readonly DomainEvent[]) =>
  events.flatMap((event) =>
    heardBy(event).map((program) => `${program} hears ${shortType(event)}`),
  );

/** An execution that ended early, as whoever begins the run again is told of it. */
const earlyEnd = ({ name, error = "", input }: Execution<RunInput>) => ({ name, error, input });

/** The model's world of one order that was just placed, with so many of its product on the shelf: its programs are called one by one, and nothing comes between. */
export const aloneWith = (rules: Rules, card: string, available: number) => {
  const shelf = { [productId]: { productId, available, stocked: available, version: 1 } };
  const state: { [On in Aggregate]: StateOf[On] } = {
    order: placedOrder(rules),
    stock: { ...rules.stock.initial, shelf },
    payment: rules.payment.initial as PaymentState,
    step: rules.step.initial,
  };
  const { sent, ...out } = outside<RunInput, News>();
  const told: string[] = [];
  const unsent = ["StartFulfilment hears OrderPlaced"];
  let [open, provider, tokens] = [true, untouched, 0];
  const programs: Record<string, (args: object) => Program> = {
    ...orderPrograms(rules),
    ...stockPrograms(rules),
    ...paymentPrograms(rules, card),
    ...stepPrograms(rules),
  };

  const command = <On extends Aggregate>(on: On, given: object) => {
    const { result, events } = decided(rules, on, given as never, state[on], false);
    if (!result.ok) return result;
    state[on] = result.value.state;
    if (on !== "order" || events.length === 0) return result;
    open = rowAfter({ state: state.order, open }, state.order as Placed).open;
    unsent.push(...hearings(events));
    return result;
  };
  const start = (program: string, args: object): Program => {
    const begun = programs[program];
    if (!begun) throw new Error(`There is no program ${program}`);
    return begun(args);
  };
  const newestOf = ({ saga, name }: RunInput["run"]) => {
    const newest = newestRun(name, (next) => {
      const one = out.find({ saga, name: next });
      return one && { ...one, status: out.early().includes(one) ? "FAILED" : one.status };
    });
    return newest && { ...earlyEnd(newest as Execution<RunInput>), status: newest.status };
  };

  const run = (program: string, args: object = {}): Outcome => {
    let running = start(program, args);
    let answer: unknown;
    try {
      for (;;) {
        const { done, value } = running.next(answer);
        if (done) {
          const result = value as { ok: boolean; refusal?: { code: string } } | undefined;
          return result?.ok === false ? (result.refusal?.code ?? "refused") : "done";
        }
        answer = undefined;
        if (value.op === "load") answer = state[value.on];
        else if (value.op === "command") answer = command(value.on, value.command);
        else if (value.op === "ask") {
          const asked = operate(rules, provider, value.request);
          provider = asked.row;
          sent.push(...asked.news);
          answer = asked.said;
        } else if (value.op === "start") {
          answer = out.start({ ...value.input.run, name: value.name }, value.input);
          told.push(startOf(value.name, value.input) + (answer ? "" : ", which was begun before"));
        } else if (value.op === "look") answer = newestOf(value.run);
        else if (value.op === "takeOut") open = false;
        else if (value.op === "answer") {
          const late = out.answer(String(value.token)) ? "" : ", too late";
          told.push(`answers ${value.token} ${value.failure ? "no" : "yes"}${late}`);
        } else if (value.op === "become") running = start(value.program, value.args);
        else throw new Error(`Nobody alone does ${value.op}`);
      }
    } catch (error) {
      if (!(error instanceof Thrown)) throw error;
      return error.failure.Error;
    }
  };

  const settle = () => {
    if (truthOf(provider)?.status === "pending") provider = { ...provider, settled: true };
  };
  const done = (_?: unknown) => "done";
  const asked: Record<string, () => Outcome> = {
    "the bank answers": () => done(settle()),
    "time expires": () => {
      settle();
      return run("ExpireReservation");
    },
    "the token runs out": () => done(out.waitFor()),
    "the saga is redriven": () => done(out.redrive()),
    AuthorizePayment: () => {
      const token = ++tokens;
      out.waitFor(String(token));
      return run("AuthorizePayment", { input: { run: firstRun }, token });
    },
    RecoverSaga: () => {
      const one = out.wasEarly();
      return one && out.early().includes(one) ? run("RecoverSaga", earlyEnd(one)) : "done";
    },
    SweepSagas: () => {
      settle();
      const all = out.early().map((one) => run("RecoverSaga", earlyEnd(one)));
      if (open) all.push(run("LookAfterOrder"));
      return all.every((one) => one === "done") ? "done" : "AggregateError";
    },
    SweepOutbox: () => {
      settle();
      told.push(...unsent.splice(0));
      return "done";
    },
  };
  for (const [what, how] of Object.entries(ends)) asked[what] = () => done(out.end(how));
  for (const [what, which] of Object.entries(webhooks))
    asked[what] = () => {
      const news = out.webhook(which);
      if (!news) return "done";
      const { id, statement } = news;
      return run("HearWebhook", { id, said: saidBy(ProviderStatement.parse(statement)) });
    };
  const firstRun = { saga: "FulfilOrder", name: orderId } as const;

  return {
    told: () => told.splice(0),
    ask: (what: string): Outcome =>
      asked[what]?.() ?? run(what, { input: { run: firstRun, cause: "cancellation" }, ...failed }),
    see: () => {
      const { order, stock, payment } = state;
      const left = stock.shelf[productId as never]?.available ?? 0;
      return seen({
        ...{ order: order as OrderState, open, payment, executions: out.all() },
        stock: { status: stock.reservation.status, available: left },
        webhooks: sent.map(({ statement }) => statement),
      });
    },
  };
};

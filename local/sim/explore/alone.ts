import {
  ProviderStatement,
  saidBy,
} from "../../../services/payments/src/adapters/provider-language.ts";
import type { PaymentState } from "../../../services/payments/src/domain/payment-state.ts";
import { productId } from "./given.ts";
import { orderPrograms, placedOrder } from "./order-programs.ts";
import { paymentPrograms } from "./payment-programs.ts";
import { decided, type Program, type RunInput, Thrown } from "./program.ts";
import { type News, operate, type ProviderRow, untouched } from "./provider.ts";
import type { Aggregate, Rules, StateOf } from "./rules.ts";
import { stepPrograms } from "./step-programs.ts";
import { stockPrograms } from "./stock-programs.ts";

/** What a program came to: a refusal by its code, another failure by its name, "done" else. */
type Outcome = string;

/** One order in the model, whose programs run one after the other: nothing comes between, so each does what its Lambda does. */
export type Alone = {
  state: { [On in Aggregate]: StateOf[On] };
  provider: () => ProviderRow;
  /** What the provider wants to tell by webhooks, in its order. */
  news: News[];
  /** What was told to others: "starts <run> <how>", "answers <token> yes", "answers <token> no". */
  told: string[];
  /** The bank has answered the provider. */
  settle: () => void;
  run: (program: string, args?: object) => Outcome;
  /** The arguments of the program that hears a webhook. */
  webhook: (news: News) => object;
};

/** What a saga is begun with, as far as it differs from order to order, as words. */
export const startOf = ({ run, resumed, again, cause }: RunInput): string =>
  `starts ${run.saga} ${run.name} ${JSON.stringify({ resumed, again, cause })}`;

/** The model's world of one order that was just placed, with so many of its product on the shelf. */
export const aloneWith = (rules: Rules, card: string, available: number): Alone => {
  const shelf = { [productId]: { productId, available, stocked: available, version: 1 } };
  const state: Alone["state"] = {
    order: placedOrder(rules),
    stock: { ...rules.stock.initial, shelf },
    payment: rules.payment.initial as PaymentState,
    step: rules.step.initial,
  };
  let row = untouched;
  const [news, told]: [News[], string[]] = [[], []];
  const programs: Record<string, (args: object) => Program> = {
    ...orderPrograms(rules),
    ...stockPrograms(rules),
    ...paymentPrograms(rules, card),
    ...stepPrograms(rules),
  };

  const command = <On extends Aggregate>(on: On, given: object) => {
    const { result } = decided(rules, on, given as never, state[on], false);
    if (result.ok) state[on] = result.value.state;
    return result;
  };
  const start = (program: string, args: object): Program => {
    const begun = programs[program];
    if (!begun) throw new Error(`There is no program ${program}`);
    return begun(args);
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
          const asked = operate(rules, row, value.request);
          row = asked.row;
          news.push(...asked.news);
          answer = asked.said;
        } else if (value.op === "start") {
          told.push(startOf(value.input));
          answer = true;
        } else if (value.op === "answer") {
          told.push(`answers ${value.token} ${value.failure ? "no" : "yes"}`);
          answer = "told";
        } else if (value.op === "become") running = start(value.program, value.args);
        else throw new Error(`Nobody alone does ${value.op}`);
      }
    } catch (error) {
      if (!(error instanceof Thrown)) throw error;
      return "failed";
    }
  };

  return {
    ...{ state, news, told, run },
    provider: () => row,
    settle: () => {
      row = { ...row, settled: true };
    },
    webhook: ({ id, statement }) => ({ id, said: saidBy(ProviderStatement.parse(statement)) }),
  };
};

import type { DomainEvent } from "@petstore/core/event";
import type { Result } from "@petstore/core/result";
import type { Holding } from "../../../services/inventory/src/domain/holding.ts";
import { warehouse } from "../../../services/inventory/src/domain/warehouse.ts";
import type { OrderState, Placed } from "../../../services/orders/src/domain/order-state.ts";
import {
  ProviderStatement,
  saidBy,
} from "../../../services/payments/src/adapters/provider-language.ts";
import type { PaymentState } from "../../../services/payments/src/domain/payment-state.ts";
import { productId } from "./given.ts";
import { heardBy } from "./hearers.ts";
import { illegalStep, pivotOf } from "./judge.ts";
import { orderPrograms, placedOrder } from "./order-programs.ts";
import { type Steps, statusOfStep } from "./own-steps.ts";
import { paymentPrograms } from "./payment-programs.ts";
import {
  answered,
  decided,
  type Failure,
  type Program,
  type RunInput,
  replay,
  type Standing,
} from "./program.ts";
import { operate, type ProviderRow, truthOf, untouched } from "./provider.ts";
import {
  type Aggregate,
  type CommandOf,
  type Rules,
  type State,
  type StateOf,
  shortType,
} from "./rules.ts";
import { newestRun, rowAfter } from "./runs.ts";
import { type FaultKind, faultKinds, nothing, type Scenario } from "./scenario.ts";
import { stepPrograms } from "./step-programs.ts";
import { stockPrograms } from "./stock-programs.ts";
import { canonical, table } from "./table.ts";
import {
  type Execution,
  type Ghost,
  type Left,
  type Mail,
  type Move,
  type OrderRow,
  replaced,
  type Seen,
  type Thread,
  type World,
} from "./world.ts";

/** What the ladder asks of an execution that may not be the only one (saga-states.ts). None is redriven here. */
const NOT_ALONE =
  "{% $exists($states.context.Execution.Input.again) or $states.context.Execution.RedriveCount > 0 %}";
const CRASH: Failure = { Error: "Lambda.Unknown" };
const TIMEOUT: Failure = { Error: "States.Timeout" };
const idOf = ({ saga, name }: Pick<Execution, "saga" | "name">) => `${saga}/${name}`;
const shortName = (id: string) => id.replace(/\/ord_[0-9A-Z]+/, " ");

const statusOf = (on: Aggregate, state: unknown): string => {
  if (on === "step")
    return Object.values(state as Steps)
      .map(({ status }) => status)
      .join();
  if (on === "order") return (state as OrderState).status;
  if (on === "stock") return (state as Holding).reservation.status;
  const { status, withdrawn, refunding } = state as PaymentState;
  return `${status}${withdrawn ? " (withdrawn)" : ""}${refunding ? " (refunding)" : ""}`;
};

/** What came of a decision, as words. */
export const outcomeOf = (decision: Result<readonly DomainEvent[]>): string =>
  decision.ok ? decision.value.map(shortType).join(" and ") || "nothing" : decision.refusal.code;

/** An edge of a rulebook, as words. */
export const edgeOf = <On extends Aggregate>(
  on: On,
  state: StateOf[On],
  command: CommandOf[On],
  outcome: string,
): string => {
  const said = "said" in command ? ` ${command.said.status}` : "";
  const status = on === "step" ? statusOfStep(state as Steps, command) : statusOf(on, state);
  return `${on} ${status}: ${command.type}${said} -> ${outcome}`;
};

/** What the explorer has seen of rulebooks and ladders, as words. */
export type Reached = Set<string>;

/** The world of one order under these rules: how it begins, and every step that it can take. */
export const modelOf = (given: Rules, scenario: Scenario, reached: Reached = new Set()) => {
  /** The same rulebook; each of its edges that is taken is written down. */
  const watched = <On extends Aggregate>(on: On): Rules[On] => {
    const rulebook = given[on];
    const decide = (state: StateOf[On], command: CommandOf[On]) => {
      const decision = rulebook.decide(state as never, command as never);
      reached.add(edgeOf(on, state, command, outcomeOf(decision)));
      return decision;
    };
    return { ...rulebook, decide } as Rules[On];
  };
  const rules: Rules = {
    ...given,
    order: watched("order"),
    stock: watched("stock"),
    payment: watched("payment"),
    step: watched("step"),
  };

  const orders = table<OrderRow>();
  const stocks = table<Holding>();
  const payments = table<PaymentState>();
  const steps = table<Steps>();
  const providers = table<ProviderRow>();
  const ghosts = table<Ghost>();
  const lefts = table<Left>();
  const executions = table<Execution>();
  const threads = table<Thread>(
    ({
      standing,
      name,
      execution = "",
      mail = "",
      token = "",
      fresh: { order, stock, payment, step },
    }) => `${standing}|${name}|${execution}|${mail}|${token}|${order}${stock}${payment}${step}`,
  );
  const mails = table<Mail>();
  const standings = table<Standing["place"]>();
  const standingOf: Standing[] = [];

  const programs: Record<string, (args: object) => Program> = {
    ...orderPrograms(rules),
    ...stockPrograms(rules),
    ...paymentPrograms(rules, scenario.card),
    ...stepPrograms(rules),
  };
  const start = (program: string, args: object) => {
    const begun = programs[program];
    if (!begun) throw new Error(`There is no program ${program}`);
    return begun(args);
  };
  const stand = (place: Standing["place"]): { standing: Standing; number: number } => {
    const standing = replay(start, place);
    const number = standings.of(standing.place);
    standingOf[number] ??= standing;
    return { standing, number };
  };
  const advances = new Map<string, ReturnType<typeof stand>>();
  const advance = (from: number, key: string, answer: unknown) => {
    const name = `${from}|${key}`;
    let to = advances.get(name);
    if (!to) {
      to = stand(answered(standingOf[from] as Standing, answer));
      advances.set(name, to);
    }
    return to;
  };

  const ladder = Object.keys(rules.machines.FulfilOrder.States);
  const placed = placedOrder(rules);
  const placedRow = orders.of({ state: placed, open: true });

  const begin = (): World => {
    const {
      name: _,
      card: __,
      available = 1,
      silentBank: ___,
      kinds: ____,
      needsNobody: _____,
      endsAt: ______,
      ...wanted
    } = scenario;
    const shelf = { [productId]: { productId, available, stocked: available, version: 1 } };
    return {
      order: placedRow,
      stock: stocks.of({ ...rules.stock.initial, shelf }),
      payment: payments.of(rules.payment.initial),
      step: steps.of(rules.step.initial),
      provider: providers.of(untouched),
      ghost: ghosts.of({}),
      left: lefts.of({ ...nothing, ...wanted }),
      executions: [],
      threads: [],
      mail: [mails.of({ program: "StartFulfilment", args: {} })],
    };
  };

  const goesWrong = (kind: FaultKind) => (scenario.kinds ?? faultKinds).includes(kind);

  const find = (world: World, id: string): number | undefined =>
    world.executions.find((number) => idOf(executions.at(number)) === id);
  const withThread = (world: World, one: number | undefined, by?: Thread): World => ({
    ...world,
    threads: replaced(world.threads, one, by && threads.of(by)),
  });
  const withExecution = (world: World, one: number | undefined, by: Execution): World => ({
    ...world,
    executions: replaced(world.executions, one, executions.of(by)),
  });
  const send = (world: World, mail: Mail): World => {
    const number = mails.of(mail);
    return world.mail.includes(number)
      ? world
      : { ...world, mail: replaced(world.mail, undefined, number) };
  };
  const spend = (world: World, what: keyof Left): World | undefined => {
    const left = lefts.at(world.left);
    if (left[what] === 0) return undefined;
    return { ...world, left: lefts.of({ ...left, [what]: left[what] - 1 }) };
  };
  /** Whoever waits for a thread does so no more; the thread goes on. */
  const detach = (world: World, id: string): World => {
    const one = world.threads.find((number) => threads.at(number).execution === id);
    if (one === undefined) return world;
    const { execution: _, ...thread } = threads.at(one);
    return withThread(world, one, thread);
  };

  const spawn = (
    world: World,
    program: string,
    args: object,
    more: Partial<Thread> & { name: string },
  ): World[] => {
    const { number, standing } = stand({ program, args, log: [] });
    // ConfirmOrder decides on what the event of the placed order says: packages/core/src/store.ts, startingFrom.
    const fresh =
      program === "ConfirmOrder" && world.order === placedRow ? { order: true as const } : {};
    return goOn(world, { standing: number, fresh, ...more }, standing);
  };

  /** A thread that stands at what it does next, or has come to its end. */
  const goOn = (world: World, thread: Thread, { next }: Standing): World[] => {
    if (next.op !== "end") return [withThread(world, undefined, thread)];
    const { execution: id, mail } = thread;
    if (next.failure && mail !== undefined) {
      const back = send(world, mails.at(mail));
      // What is refused for good ends in a dead-letter queue.
      return thread.name === "HearWebhook" ? [back, world] : [back];
    }
    if (!id) return [world];
    if (next.failure) return fails(world, id, next.failure, false);
    const one = find(world, id) as number;
    return executions.at(one).token === undefined ? completes(world, id) : [world];
  };

  const machineOf = ({ saga }: Execution) => rules.machines[saga];
  const stateOf = (execution: Execution): State => {
    const state = machineOf(execution).States[execution.at ?? ""];
    if (!state) throw new Error(`There is no state ${execution.at}`);
    return state;
  };
  const over = (
    world: World,
    one: number,
    { saga, name, input }: Execution,
    error?: string,
  ): World => {
    const status = error ? ("FAILED" as const) : ("SUCCEEDED" as const);
    const ended = { saga, name, input, status, ...(error && { error }) };
    const next = withExecution(world, one, ended);
    // What has called for a person itself is not recovered (recover-saga.ts): we need not hear of it.
    return error && error !== "NeedsAttention"
      ? send(next, { program: "RecoverSaga", args: { name, error, input } })
      : next;
  };
  const tokenFor = (world: World): number => {
    const used = new Set<number | undefined>([
      Number(payments.at(world.payment).taskToken),
      ...world.threads.map((number) => threads.at(number).token),
      ...world.executions.map((number) => executions.at(number).token),
    ]);
    let token = 1;
    while (used.has(token)) token += 1;
    return token;
  };

  /** An execution comes to a state of its ladder. */
  const enter = (world: World, id: string, at: string): World[] => {
    const one = find(world, id) as number;
    const { token: _, ...before } = executions.at(one);
    const execution: Execution = { ...before, at };
    const state = stateOf(execution);
    reached.add(`${execution.saga} comes to ${at}`);
    if (state.Type === "Succeed") return [over(world, one, execution)];
    if (state.Type === "Fail") return [over(world, one, execution, state.Error ?? at)];
    if (state.Type === "Choice") {
      const { failedStep, input } = execution;
      const holds = [`{% $failedStep = "${failedStep}" %}`, ...(input.again ? [NOT_ALONE] : [])];
      const choice = state.Choices?.find(({ Condition }) => holds.includes(Condition));
      const next = choice?.Next ?? state.Default;
      if (!next) return [over(world, one, execution, "States.NoChoiceMatched")];
      reached.add(`${execution.saga} turns to ${next}`);
      return enter(withExecution(world, one, execution), id, next);
    }
    const { FunctionName: program, Payload } = state.Arguments as {
      FunctionName: string;
      Payload: string;
    };
    const token = state.Resource?.endsWith(".waitForTaskToken") ? tokenFor(world) : undefined;
    const entered = { ...execution, ...(token !== undefined && { token }) };
    const { input, failedStep, failure } = execution;
    const args = {
      input,
      ...(Payload.includes("$states.context.Task.Token") && { token }),
      ...(Payload.includes("$failedStep") && { failedStep }),
      ...(Payload.includes("$failure") && { failure }),
    };
    return spawn(withExecution(world, one, entered), program, args, {
      name: `${shortName(id)}: ${program}`,
      execution: id,
      ...(token !== undefined && { token }),
    });
  };

  /** The task of an execution is done. */
  const completes = (world: World, id: string): World[] => {
    const one = find(world, id) as number;
    const execution = executions.at(one);
    const { Next } = stateOf(execution);
    return Next ? enter(world, id, Next) : [over(world, one, execution)];
  };

  /** The task of an execution has failed: it is tried again, or caught, as its ladder says. */
  const fails = (world: World, id: string, failure: Failure, injected: boolean): World[] => {
    const one = find(world, id) as number;
    const execution = executions.at(one);
    const state = stateOf(execution);
    const covers = ({ ErrorEquals }: { ErrorEquals: string[] }) =>
      ErrorEquals.some((name) => name === failure.Error || name === "States.ALL");
    const retries = (state.Retry?.find(covers)?.MaxAttempts ?? 0) > 0;
    const again = retries ? enter(world, id, execution.at as string) : [];
    // That patience ends over what went wrong by chance is one more thing that goes wrong.
    const atLast = retries && injected ? spend(world, "faults") : world;
    if (!atLast) return again;
    const caught = state.Catch?.find(covers);
    if (!caught) return [...again, over(atLast, one, execution, failure.Error)];
    const assigned = caught.Assign && { failedStep: caught.Assign.failedStep, failure };
    reached.add(`${execution.saga} goes from ${execution.at} to ${caught.Next}`);
    const turned = withExecution(atLast, one, { ...execution, ...assigned });
    return [...again, ...enter(turned, id, caught.Next)];
  };

  const load = (world: World, on: Aggregate): [key: string, answer: unknown] => {
    if (on === "order") return [`o${world.order}`, orders.at(world.order).state];
    if (on === "stock") return [`s${world.stock}`, stocks.at(world.stock)];
    if (on === "step") return [`t${world.step}`, steps.at(world.step)];
    return [`p${world.payment}`, payments.at(world.payment)];
  };

  const decisions = new Map<string, ReturnType<typeof decided> & { words: string }>();
  const decisionOn = (
    on: Aggregate,
    before: number,
    command: CommandOf[Aggregate],
    isNew: boolean,
  ) => {
    const key = `${on}${before}${isNew}${canonical(command)}`;
    const earlier = decisions.get(key);
    if (earlier) return earlier;
    const state = {
      order: orders.at(before)?.state,
      stock: stocks.at(before),
      payment: payments.at(before),
      step: steps.at(before),
    }[on];
    const decision = decided(rules, on, command as never, state as never, isNew);
    const { result, events } = decision;
    const outcome = outcomeOf(result.ok ? { ok: true, value: events } : result);
    const words = result.ok ? `decides ${command.type}: ${outcome}` : `is refused: ${outcome}`;
    decisions.set(key, { ...decision, words });
    return { ...decision, words };
  };

  const stale = (world: World, on: Aggregate, but?: number): World => {
    let next = world;
    for (const number of world.threads) {
      const thread = threads.at(number);
      if (number === but || !thread.fresh[on]) continue;
      const { [on]: _, ...fresh } = thread.fresh;
      next = withThread(next, number, { ...thread, fresh });
    }
    return next;
  };

  const written = (
    world: World,
    on: Aggregate,
    state: unknown,
    events: readonly DomainEvent[],
  ): World => {
    const ghost = ghosts.at(world.ghost);
    const [, before] = load(world, on);
    const broken = illegalStep(on, before as never, state as never);
    let next: World = broken
      ? { ...world, ghost: ghosts.of({ ...ghost, broken: ghost.broken ?? broken }) }
      : world;
    if (on === "stock") return { ...next, stock: stocks.of(state as Holding) };
    if (on === "step") return { ...next, step: steps.of(state as Steps) };
    if (on === "payment") return { ...next, payment: payments.of(state as PaymentState) };
    next = { ...next, order: orders.of(rowAfter(orders.at(world.order), state as Placed)) };
    const pivot = pivotOf((before as OrderState).status, events);
    if (pivot) {
      const { pivot: earlier } = ghosts.at(next.ghost);
      const twice = earlier && `I4 the pivot was ${earlier}, and then ${pivot}`;
      next = {
        ...next,
        ghost: ghosts.of({
          ...ghosts.at(next.ghost),
          pivot: earlier ?? pivot,
          ...(twice && { broken: twice }),
        }),
      };
    }
    for (const event of events)
      for (const program of heardBy(event)) next = send(next, { program, args: {} });
    return next;
  };

  const begun = (
    world: World,
    { name, input }: { name: string; input: RunInput },
  ): { world: World[]; isNew: boolean } => {
    const { saga } = input.run;
    const id = idOf({ saga, name });
    if (find(world, id) !== undefined) {
      if (rules.namedRuns) return { world: [world], isNew: false };
      const twice = { ...ghosts.at(world.ghost), broken: `I17 ${shortName(id)} was started twice` };
      return { world: [{ ...world, ghost: ghosts.of(twice) }], isNew: true };
    }
    const execution: Execution = { saga, name, status: "RUNNING", input, at: "" };
    const started = withExecution(world, undefined, execution);
    return { world: enter(started, id, rules.machines[saga].StartAt), isNew: true };
  };

  const newestOf = (world: World, { saga, name }: RunInput["run"]) => {
    const newest = newestRun(name, (one) => {
      const number = find(world, idOf({ saga, name: one }));
      return number === undefined ? undefined : executions.at(number);
    });
    if (!newest) return undefined;
    const { status, name: itsName, error = "", input } = newest;
    return { status, name: itsName, error, input };
  };

  /** What one thread does next, once: the world after it without the thread, and the answer. */
  const act = (
    world: World,
    number: number,
  ): { worlds: World[]; key: string; answer: unknown; words: string; fresh?: Thread["fresh"] } => {
    const thread = threads.at(number);
    const { next } = standingOf[thread.standing] as Standing;
    const without = (after: World) => withThread(after, number);
    switch (next.op) {
      case "load": {
        const [key, answer] = load(world, next.on);
        const fresh = { ...thread.fresh, [next.on]: true };
        return {
          worlds: [without(world)],
          key,
          answer,
          fresh,
          words: `reads the ${next.on} (${statusOf(next.on, answer)})`,
        };
      }
      case "command": {
        const { on, command, isKnown } = next;
        const before = world[on];
        const isNew = isKnown && !thread.fresh[on];
        const { result, events, words } = decisionOn(on, before, command, isNew);
        const fresh = { ...thread.fresh, [on]: true };
        let after = without(world);
        if (result.ok && events.length > 0) {
          const { state } = result.value;
          after = stale(written(after, on, state, events), on);
        }
        return { worlds: [after], key: `${on}${before}${isNew}`, answer: result, fresh, words };
      }
      case "save": {
        const { on, state, events, command } = next;
        if (!thread.fresh[on] && rules.conditional[on])
          return {
            worlds: [without(world)],
            key: "again",
            answer: "again",
            words: `does not write ${command}: someone else was first`,
          };
        const names = events.map(shortType).join(" and ");
        const after = stale(written(without(world), on, state, events), on);
        const fresh = { ...thread.fresh, [on]: true };
        return { worlds: [after], key: "saved", answer: "saved", fresh, words: `writes ${names}` };
      }
      case "ask": {
        const { row, said, news, outcome } = operate(
          rules,
          providers.at(world.provider),
          next.request,
        );
        if (next.request.type !== "find")
          reached.add(
            `provider ${truthOf(providers.at(world.provider))?.status ?? "unknown"}: ${next.request.type} -> ${outcome}`,
          );
        let after: World = { ...without(world), provider: providers.of(row) };
        for (const { id, statement } of news)
          after = send(after, {
            program: "HearWebhook",
            args: { id, said: saidBy(ProviderStatement.parse(statement)) },
          });
        return {
          worlds: [after],
          key: JSON.stringify(said),
          answer: said,
          words: `asks the provider: ${next.request.type} (${outcome})`,
        };
      }
      case "start": {
        const { world: worlds, isNew } = begun(without(world), next);
        const { saga } = next.input.run;
        const words = `starts ${shortName(idOf({ saga, name: next.name }))}${isNew ? "" : ", which was started before"}`;
        return { worlds, key: `${isNew}`, answer: isNew, words };
      }
      case "look": {
        const answer = newestOf(world, next.run);
        return {
          worlds: [without(world)],
          key: JSON.stringify(answer ?? null),
          answer,
          words: `finds the run ${answer?.status ?? "not begun"}`,
        };
      }
      case "answer": {
        const one = world.executions.find((each) => executions.at(each).token === next.token);
        const words = `answers the token of step ${next.failure ? "with no" : "with yes"}`;
        if (one === undefined)
          return {
            worlds: [without(world)],
            key: "gone",
            answer: "gone",
            words: `${words}, which nobody waits for`,
          };
        const id = idOf(executions.at(one));
        const freed = detach(without(world), id);
        const worlds = next.failure ? fails(freed, id, next.failure, false) : completes(freed, id);
        return { worlds, key: "told", answer: "told", words };
      }
      case "takeOut": {
        const row = orders.at(world.order);
        const after = thread.fresh.order
          ? { ...world, order: orders.of({ ...row, open: false }) }
          : world;
        return {
          worlds: [without(after)],
          key: "out",
          answer: "out",
          words: "takes the order out of the list",
        };
      }
      case "end":
        throw new Error("A thread that has ended does nothing");
    }
  };

  const threadMoves = (world: World, number: number, moves: Move[], withFaults = true) => {
    const thread = threads.at(number);
    const { next } = standingOf[thread.standing] as Standing;
    const { worlds, key, answer, words, fresh = thread.fresh } = act(world, number);
    const { standing, number: at } = advance(thread.standing, key, answer);
    const after = (each: World) => {
      // Where its execution went on without it, nobody waits for it any more.
      const isAwaited = next.op !== "answer" || key !== "told";
      const { execution, ...alone } = thread;
      return goOn(
        each,
        { ...(isAwaited && execution ? thread : alone), standing: at, fresh },
        standing,
      );
    };
    const add = (kind: Move["kind"], text: string, all: World[]) => {
      for (const to of all) moves.push({ kind, words: `${thread.name} ${text}`, to });
    };
    for (const each of worlds) add("own", words, after(each));

    const spent = withFaults && spend(world, "faults");
    if (!spent) return;
    const gone = withThread(spent, number);
    if (thread.mail !== undefined && goesWrong("crash"))
      add("fault", "crashes", [send(gone, mails.at(thread.mail))]);
    if (thread.mail === undefined && !thread.execution && goesWrong("crash"))
      add("fault", "crashes", [gone]);
    if (thread.execution && goesWrong("crash")) {
      // A crash before anything is done is a step that was not begun: what differs is that patience may end over it.
      const { program, log } = (standingOf[thread.standing] as Standing).place;
      const isUntouched = log.length === 0 && program !== "settle";
      const after = fails(gone, thread.execution, CRASH, true);
      add("fault", "crashes", isUntouched ? after.filter((to) => to.left !== spent.left) : after);
    }
    if (thread.execution && goesWrong("unseen")) {
      const alone = detach(spent, thread.execution);
      add(
        "fault",
        "takes too long, and goes on unseen",
        fails(alone, thread.execution, TIMEOUT, true),
      );
    }
    // Its last deed is done, and nobody hears of it.
    if (standing.next.op !== "end" || standing.next.failure || !goesWrong("crash")) return;
    const text = `${words}, and crashes before it answers`;
    for (const each of act(spent, number).worlds) {
      if (thread.mail !== undefined) add("fault", text, [send(each, mails.at(thread.mail))]);
      const id = thread.execution;
      if (id && next.op !== "answer") add("fault", text, fails(each, id, CRASH, true));
    }
  };

  const mailMoves = (world: World, number: number, moves: Move[]) => {
    const { program, args } = mails.at(number);
    const without = { ...world, mail: replaced(world.mail, number) };
    // What is read first is read when it is delivered: until then it may as well be on its way.
    const deliver = (to: World): Move[] => {
      const own: Move[] = [];
      for (const begun of spawn(to, program, args, { name: program, mail: number })) {
        const one = begun.threads.find((each, i) => each !== to.threads[i]);
        if (one === undefined) own.push({ kind: "own", words: "does nothing", to: begun });
        else threadMoves(begun, one, own, false);
      }
      return own;
    };
    for (const move of deliver(without))
      moves.push({ ...move, words: `${program} is delivered: ${move.words}` });
    const spent = spend(world, "faults");
    if (!spent) return;
    for (const { words, to } of goesWrong("delivered twice") ? deliver(spent) : [])
      moves.push({
        kind: "fault",
        words: `${program} is delivered, and again later: ${words}`,
        to,
      });
    // Early ends that nobody has heard of are found by the sweeper: that is a message that comes late.
    if (program !== "RecoverSaga" && goesWrong("lost"))
      moves.push({
        kind: "fault",
        words: `${program} is lost`,
        to: { ...spent, mail: without.mail },
      });
  };

  /** Nothing is on its way, and no saga runs. */
  const isQuiet = ({ threads: running, mail, executions: all }: World) =>
    running.length === 0 &&
    mail.length === 0 &&
    all.every((number) => executions.at(number).status !== "RUNNING");

  const people: [keyof Left, string][] = [
    ["cancels", "CancelOrder"],
    ["resumes", "ResumeOrder"],
    ["closes", "CloseByShop"],
    ["refundsByHand", "RecordRefund"],
    ["sweeps", "LookAfterOrder"],
    ["expiries", "ExpireReservation"],
    ["comparisons", "HearProvider"],
  ];

  const moves = (world: World): Move[] => {
    const all: Move[] = [];
    for (const number of new Set(world.threads)) threadMoves(world, number, all);
    for (const number of world.mail) mailMoves(world, number, all);
    for (const number of world.executions) {
      const execution = executions.at(number);
      if (execution.status !== "RUNNING") continue;
      const id = idOf(execution);
      const isAlone = !world.threads.some((each) => threads.at(each).execution === id);
      if (execution.token !== undefined && isAlone)
        for (const to of fails(world, id, TIMEOUT, false))
          all.push({
            kind: "own",
            words: `${shortName(id)}: ${execution.at} waits in vain for its answer`,
            to,
          });
      const spent = goesWrong("ended") && spend(world, "faults");
      if (spent) {
        const to = over(detach(spent, id), number, execution, "States.Runtime");
        all.push({ kind: "fault", words: `${shortName(id)} is ended from outside`, to });
      }
    }
    const row = providers.at(world.provider);
    if (truthOf(row)?.status === "pending" && !scenario.silentBank)
      all.push({
        kind: "own",
        words: "the bank answers the provider",
        to: { ...world, provider: providers.of({ ...row, settled: true }) },
      });
    const forgets =
      goesWrong("forgotten") && Object.keys(row.answers).length > 0 && spend(world, "faults");
    if (forgets)
      all.push({
        kind: "fault",
        words: "the provider forgets its keys",
        to: { ...forgets, provider: providers.of({ ...row, answers: {} }) },
      });

    const isOpenNow = orders.at(world.order).open;
    for (const [what, program] of people) {
      if (what === "sweeps" && !isOpenNow) continue;
      const spent = spend(world, what);
      if (spent)
        for (const to of spawn(spent, program, {}, { name: program }))
          all.push({ kind: "outside", words: `${program} begins`, to });
    }
    if (isQuiet(world) && isOpenNow)
      for (const to of spawn(world, "LookAfterOrder", {}, { name: "LookAfterOrder" }))
        all.push({ kind: "own", words: "the sweeper finds the order", to });
    const counted = spend(world, "counts");
    const holding = stocks.at(world.stock);
    if (counted) {
      const count = {
        type: "AdjustStock",
        adjustmentId: "adj",
        reason: "",
        productId,
        quantity: -1,
      } as const;
      const decision = warehouse.decide(holding.shelf, count);
      if (decision.ok) {
        const shelf = decision.value.reduce(warehouse.evolve, holding.shelf);
        all.push({
          kind: "outside",
          words: "a count finds one fewer on the shelf",
          to: stale({ ...counted, stock: stocks.of({ ...holding, shelf }) }, "stock"),
        });
      }
    }
    return all;
  };

  const seen = (world: World): Seen => ({
    order: orders.at(world.order).state as Placed,
    open: orders.at(world.order).open,
    stock: stocks.at(world.stock),
    payment: payments.at(world.payment),
    steps: steps.at(world.step),
    ladder,
    provider: providers.at(world.provider),
    ghost: ghosts.at(world.ghost),
    executions: world.executions.map((number) => executions.at(number)),
  });

  return { begin, moves, isQuiet, seen };
};

import type { DomainEvent } from "@petstore/core/event";
import type { Refusal, Result } from "@petstore/core/result";
import type { Run } from "../../../services/orders/src/domain/run.ts";
import type { Said } from "../../../services/payments/src/domain/hear-provider.ts";
import type { Request } from "./provider.ts";
import type { Aggregate, CommandOf, Rules, StateOf } from "./rules.ts";

/** Why a step failed, as Step Functions hands it on. */
export type Failure = { Error: string; Cause?: string };

/** What an execution is started with, as far as it differs from order to order. */
export type RunInput = {
  run: Run;
  resumed?: number | undefined;
  again?: boolean;
  cause?: string | undefined;
};

/** What a program does next that others see, or whose answer depends on others. Between two of these all is its own. */
type Op =
  | { op: "load"; on: Aggregate }
  | { op: "command"; on: Aggregate; command: CommandOf[Aggregate]; isKnown: boolean }
  | { op: "save"; on: Aggregate; state: unknown; events: readonly DomainEvent[]; command: string }
  | { op: "ask"; request: Request }
  | { op: "start"; name: string; input: RunInput }
  | { op: "look"; run: Run }
  | { op: "answer"; token: number; failure?: Failure }
  | { op: "takeOut" };

/** A program has ended: well, or with a failure. */
type End = { op: "end"; failure?: Failure };

/** Goes on as another program, of which all that counts is what it is given. */
type Become = { op: "become"; program: string; args: object };
type Begin = { op: "begin" };
type Settled = { op: "decided"; result: unknown };

/** A Lambda's code, as a generator: it yields what it does, and is handed the answers. */
export type Program<Value = unknown> = Generator<Op | Become | Begin | Settled, Value, unknown>;

/** What ends a program early, by its name in Step Functions. */
export class Thrown extends Error {
  readonly failure: Failure;
  constructor(name: string, message = "") {
    super(message);
    this.failure = { Error: name, ...(message && { Cause: message }) };
  }
}

/** A refusal as a step throws it (packages/core/src/saga-step.ts). */
export const refusal = ({ code, detail }: Refusal): Failure => ({
  Error: "Refused",
  Cause: JSON.stringify({ errorMessage: `${code}: ${detail}` }),
});

/** What a decision came to: the state after it, and whether that is another than the one it began on. */
export type Decided<State> = Result<{ state: State; changed: boolean }>;

/** What a rulebook makes of a command: the state after it, and the events that lead there. */
export const decided = <On extends Aggregate>(
  rules: Rules,
  on: On,
  command: CommandOf[On],
  state: StateOf[On],
  isNew: boolean,
): { result: Decided<StateOf[On]>; events: readonly DomainEvent[] } => {
  const { decide: rule, evolve } = rules[on];
  const decision = rule(state as never, command as never);
  if (!decision.ok) return { result: decision, events: [] };
  const events: readonly DomainEvent[] = decision.value;
  const next = events.reduce<StateOf[On]>(
    (before, event) => evolve(before as never, event as never) as StateOf[On],
    state,
  );
  const changed = isNew || events.length > 0;
  return { result: { ok: true, value: { state: next, changed } }, events };
};

/**
 * Load, decide, save, and again where someone else saved first: packages/core/src/command-handler.ts. As a save asks for the
 * version that was loaded, all of that happens at one moment, that of the save, unless the rules want it apart.
 */
export function* decide<On extends Aggregate>(
  rules: Rules,
  on: On,
  command: CommandOf[On],
  snapshot?: StateOf[On],
): Program<Decided<StateOf[On]>> {
  if (!rules.isSplit) {
    const decision = snapshot && rules[on].decide(snapshot as never, command as never);
    if (decision && !decision.ok) return decision;
    if (snapshot && decision?.value.length === 0)
      return { ok: true, value: { state: snapshot, changed: false } };
    const isKnown = snapshot !== undefined;
    return (yield { op: "command", on, command, isKnown }) as Decided<StateOf[On]>;
  }
  const known = (yield { op: "begin" }) as
    | { decided?: Decided<StateOf[On]>; again?: true }
    | undefined;
  if (known?.decided) return known.decided;
  const state = (snapshot && !known?.again ? snapshot : yield { op: "load", on }) as StateOf[On];
  const { result, events } = decided(rules, on, command, state, Boolean(known?.again));
  if (result.ok && events.length > 0)
    yield { op: "save", on, state: result.value.state, events, command: command.type };
  yield { op: "decided", result };
  return result;
}

/** Asks the payment provider. Throws where it did not answer. */
export function* ask(request: Request): Program<Result<Said | undefined>> {
  const answer = (yield { op: "ask", request }) as Result<Said | undefined> | "silence";
  if (answer === "silence") throw new Thrown("OutcomeUnknown");
  return answer;
}

/** Goes on as another program. */
export function* become(program: string, args: object): Program<never> {
  yield { op: "become", program, args };
  throw new Error("It has become another program");
}

type Entry = { answer: unknown } | { decided: unknown } | { again: true };

/** Where a program stands: what it was given, and the answers that count. */
export type Place = { program: string; args: object; log: readonly Entry[] };

/** A place, and what is done next there. */
export type Standing = { place: Place; next: Op | End; begun: number };

/** Runs a program from its beginning with the answers that it has been given, up to what it does next. Two that differ only in what they have forgotten are the same. */
export const replay = (
  start: (program: string, args: object) => Program,
  { program, args, log: given }: Place,
): Standing => {
  let place: Place = { program, args, log: given };
  let running = start(program, args);
  let [answer, at, begun]: [unknown, number, number] = [undefined, 0, 0];
  for (;;) {
    let step: IteratorResult<Op | Become | Begin | Settled, unknown>;
    try {
      step = running.next(answer);
    } catch (error) {
      if (!(error instanceof Thrown)) throw error;
      return {
        place: { program: "", args: {}, log: [] },
        next: { op: "end", failure: error.failure },
        begun,
      };
    }
    answer = undefined;
    if (step.done) {
      const result = step.value as Result<unknown> | undefined;
      const failure = result?.ok === false ? refusal(result.refusal) : undefined;
      return {
        place: { program: "", args: {}, log: [] },
        next: { op: "end", ...(failure && { failure }) },
        begun,
      };
    }
    const { value } = step;
    const { log } = place;
    if (value.op === "become") {
      place = { program: value.program, args: value.args, log: [] };
      running = start(place.program, place.args);
      at = 0;
    } else if (value.op === "begin") {
      begun = at;
      const entry = log[at];
      if (entry && ("decided" in entry || "again" in entry)) {
        answer = entry;
        at += 1;
      }
    } else if (value.op === "decided") {
      place = {
        ...place,
        log: [...log.slice(0, begun), { decided: value.result }, ...log.slice(at)],
      };
      at = begun + 1;
    } else {
      const entry = log[at];
      if (!entry) return { place, next: value, begun };
      answer = (entry as { answer: unknown }).answer;
      at += 1;
    }
  }
};

/** The place after an answer; `again` where a save was refused, because someone else saved first. */
export const answered = ({ place, begun }: Standing, answer: unknown): Place => ({
  ...place,
  log:
    answer === "again"
      ? [...place.log.slice(0, begun), { again: true }]
      : [...place.log, { answer }],
});

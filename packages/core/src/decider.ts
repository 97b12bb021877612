import type { DomainEvent } from "./event.ts";
import type { Refusal, Result } from "./result.ts";

/** A whole business rulebook as three pure things. No I/O, no clock, no randomness. */
export type Decider<State, Command, Event extends DomainEvent, No extends Refusal> = {
  initial: State;
  decide: (state: State, command: Command) => Result<readonly Event[], No>;
  evolve: (state: State, event: Event) => State;
};

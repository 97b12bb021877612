import { expect } from "vitest";
import type { Decider } from "../decider.ts";
import type { DomainEvent } from "../event.ts";
import type { Refusal } from "../result.ts";

/** A rulebook is tested in sentences: given these events, when this command, it emits those. */
export const givenFor =
  <State, Command, Event extends DomainEvent, No extends Refusal>(
    decider: Decider<State, Command, Event, No>,
  ) =>
  (...past: Event[]) => ({
    when: (command: Command) => {
      const decision = decider.decide(past.reduce(decider.evolve, decider.initial), command);
      return {
        emits: (...events: Event[]) => expect(decision).toEqual({ ok: true, value: events }),
        emitsNothing: () => expect(decision).toEqual({ ok: true, value: [] }),
        refuses: (code: No["code"]) =>
          expect(decision).toMatchObject({ ok: false, refusal: { code } }),
      };
    },
  });

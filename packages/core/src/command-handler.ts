import { backOff } from "./back-off.ts";
import type { Decider } from "./decider.ts";
import type { DomainEvent } from "./event.ts";
import { ok, type Refusal, type Result } from "./result.ts";
import { type Store, VersionConflict } from "./store.ts";
import type { Write } from "./transact.ts";

const ATTEMPTS = 5;

/** Load, decide, save; and again when someone else saved first. A repeat that decides nothing writes nothing. */
export const commandHandler = <State, Command, Event extends DomainEvent, No extends Refusal>(
  decider: Decider<State, Command, Event, No>,
  store: Store<State, Event>,
  { attempts = ATTEMPTS }: { attempts?: number } = {},
) => {
  const handle = async (
    id: string,
    command: Command,
    also: Write[] = [],
    attempt = 1,
  ): Promise<Result<{ state: State; version: number }, No>> => {
    const { state, version } = await store.load(id);
    const decision = decider.decide(state, command);
    if (!decision.ok) return decision;
    const events = decision.value;
    if (events.length === 0) return ok({ state, version });

    const next = events.reduce(decider.evolve, state);
    try {
      await store.save({ id, state: next, events, version, also });
      return ok({ state: next, version: version + events.length });
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt >= attempts) throw error;
      await backOff(attempt);
      return handle(id, command, also, attempt + 1);
    }
  };
  return handle;
};

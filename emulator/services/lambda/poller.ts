import { AwsError, type Caller, type World } from "../../kernel/engine.ts";
import type { Outcome } from "./function.ts";
import type { MappingSettings } from "./mapping.ts";

/** What a poller does for its mapping. */
export type Poller = {
  /** Finds its source, before anything else. Throws where it cannot be read. */
  ready: () => Promise<void>;
  /** Starts or goes on polling. */
  resume: () => void;
  /** Takes no more; what is under way comes to its end. */
  pause: () => void;
  /** Takes no more, and forgets what is under way. */
  stop: () => void;
};

/** What a poller needs of the mapping around it. */
export type PollerHost = {
  world: World;
  settings: () => MappingSettings;
  /** The function's role, under which the source is read. */
  caller: () => Caller;
  invoke: (event: object) => Promise<Outcome>;
  /** Calls back when there may be something to read. */
  wake: (listener: () => void) => () => void;
  /** How long after an arrival the next poll comes, in milliseconds. */
  pollDelay: number;
};

/**
 * Handles what a poll has found: because of all of it, by what each is remembered as, whatever it was that led to the
 * poll. One that found nothing is no entry of the trace.
 */
export const handleFound = <T>(
  { world: { trace }, settings, caller }: PollerHost,
  things: string[],
  work: () => T,
): T => {
  const causes = things.map(trace.marked).filter((seq) => seq !== undefined);
  const { seq } = trace.write({
    kind: "poll",
    source: settings().EventSourceArn,
    function: caller().name,
    got: things.length,
    ...(causes.length > 0 && { cause: causes[0], causes }),
  });
  return trace.under(seq, work);
};

/** Tells a queue that whoever received these is done with them. */
export type Settle = (receiptHandles: readonly string[]) => void;

/** Says that a mapping could not do its work. What no AWS service answers is a defect of ours, and said as such. */
export const tellFailure = (world: World, source: string, error: unknown): void => {
  const message = String(error);
  world.note({ kind: "mapping-failed", source, message });
  if (!(error instanceof AwsError))
    world.note({ kind: "defect", where: `event source mapping on ${source}`, message, error });
};

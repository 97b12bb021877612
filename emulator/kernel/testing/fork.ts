import { type VirtualClock, virtualClock } from "../clock.ts";
import { type Cloud, createCloud } from "../cloud.ts";
import { administrator, type Engine, type World } from "../engine.ts";
import type { Keeper } from "../keep.ts";

/** A cloud whose time a test moves. */
export type TestCloud = Cloud & { clock: VirtualClock };

/** Makes calls of a service as the administrator: `callTo("sqs")(cloud, "ListQueues")`. */
export const callTo =
  (service: string) =>
  (cloud: Cloud, operation: string, input: object = {}) =>
    cloud.call({ caller: administrator, service, operation, input });

type Makers = ((world: World) => Engine)[];
/** The seed is not to be that of the original, which is mostly 1: ids are drawn, and must not be drawn twice. */
type Options = { seed?: number; onError?: (error: unknown, label: string) => void };

const resumed = async (
  { account, region }: Cloud,
  start: number,
  makers: Makers,
  { seed = 2, onError }: Options,
  fill: (keeper: Keeper) => void,
): Promise<TestCloud> => {
  const clock = virtualClock({ seed, start, ...(onError && { onError }) });
  const cloud = createCloud(clock, makers, { account, region });
  await cloud.restart(fill);
  return { ...cloud, clock };
};

/** A second cloud of the same engines that goes on, on a clock of its own, from where the first one stands. */
export const forked = (cloud: Cloud, makers: Makers, options: Options = {}): Promise<TestCloud> => {
  const { now, parts } = cloud.snapshot();
  return resumed(cloud, now, makers, options, (keeper) => keeper.put(parts));
};

/** Entries as JSON text, part by part. */
type Written = Map<string, Map<string, string>>;

const writtenOf = ({ keeper }: Cloud): Written =>
  new Map(
    [...keeper.parts].map(([name, part]) => [
      name,
      new Map([...part.keys()].map((key) => [key, JSON.stringify(part.get(key))])),
    ]),
  );

const opened = (cloud: Cloud, written: Written, makers: Makers, options: Options) => {
  const entries = [...written].flatMap(([name, part]) =>
    [...part].map(([key, text]) => [name, key, text] as const),
  );
  return resumed(cloud, cloud.clock.now(), makers, options, ({ parts }) => {
    for (const [name, key, text] of entries) parts.get(name)?.apply(key, JSON.parse(text));
  });
};

/** A second cloud as `forked` makes it, but entry by entry through JSON, as a start with a journal does. */
export const reopened = (cloud: Cloud, makers: Makers, options: Options = {}): Promise<TestCloud> =>
  opened(cloud, writtenOf(cloud), makers, options);

/**
 * Writes down what changes in a cloud from now on, as the journal does, but call by call. Answers what makes a second cloud
 * of what was written: what an engine changed without telling is not in it. `heard` is told of each group of changes.
 */
export const journaled = (cloud: Cloud, heard: () => void = () => {}) => {
  const written = writtenOf(cloud);
  cloud.keeper.record((changes) => {
    for (const [name, key, value] of changes) {
      if (value === undefined) written.get(name)?.delete(key);
      else written.get(name)?.set(key, JSON.stringify(value));
    }
    heard();
  });
  cloud.guard(async (call, next) => {
    try {
      return await next(call);
    } finally {
      cloud.keeper.flush();
    }
  });
  return (makers: Makers, options: Options = {}): Promise<TestCloud> => {
    cloud.keeper.flush();
    return opened(cloud, written, makers, options);
  };
};

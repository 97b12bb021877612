import { seededRandom } from "../../kernel/chance.ts";
import { AwsError, type World } from "../../kernel/engine.ts";
import { fnv1a } from "../../kernel/hash.ts";
import { uuid } from "../../kernel/uuid.ts";
import type { FunctionConfig, Outcome } from "./function.ts";
import type { ShardPosition } from "./lanes.ts";
import { checkMapping, isStream, type MappingSettings } from "./mapping.ts";
import { marked } from "./marker.ts";
import type { Poller } from "./poller.ts";
import { queuePoller } from "./queue-poller.ts";
import { streamPoller } from "./stream-poller.ts";

/** How a mapping hears that its source has something to read, beside calls. Each answers how to stop listening. */
export type Wake = {
  streams: (arn: string, listener: () => void) => () => void;
  queues: (arn: string, listener: () => void) => () => void;
  /** Tells a queue that whoever received these messages is done with them. */
  settle: (queueArn: string, receiptHandles: readonly string[]) => void;
};

export type MappingOptions = {
  wake: Wake;
  /** The longest time between an arrival and the poll that finds it, in milliseconds. */
  pollDelay?: number;
};

type Mapping = {
  id: string;
  settings: MappingSettings;
  fn: Pick<FunctionConfig, "name" | "arn" | "role">;
  enabled: boolean;
  modified: number;
};

/** The same for the same source and function: what is kept of a mapping finds it again after another boot. */
const idOf = (source: string, functionName: string): string =>
  uuid({ random: seededRandom(fnv1a(`${source} ${functionName}`)) });

/** The entries of one mapping in a part that holds those of all, by what its keys have behind the mapping's id. */
const entriesOf = <T>(all: Map<string, T>, id: string) => ({
  get: (key: string) => all.get(`${id}#${key}`),
  set: (key: string, value: T) => void all.set(`${id}#${key}`, value),
  delete: (key: string) => void all.delete(`${id}#${key}`),
});

const defaultsFor = (settings: MappingSettings) =>
  isStream(settings.EventSourceArn)
    ? {
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 0,
        ParallelizationFactor: 1,
        BisectBatchOnFunctionError: false,
        MaximumRetryAttempts: -1,
        MaximumRecordAgeInSeconds: -1,
        TumblingWindowInSeconds: 0,
        FunctionResponseTypes: [],
        DestinationConfig: { OnFailure: {} },
      }
    : { BatchSize: 10, MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [] };

/** The operations on event source mappings: what reads queues and streams and invokes functions with what is there. */
export const eventSourceMappings = (
  world: World,
  { wake, pollDelay = 10 }: MappingOptions,
  functionNamed: (nameOrArn: string) => FunctionConfig,
) => {
  const { clock } = world;
  const mappings = world.keep.map<Mapping>("lambda.mappings");
  const positions = world.keep.map<ShardPosition>("lambda.positions");
  /** What became of the last batch of each mapping. */
  const results = world.keep.map<string>("lambda.results");
  const pollers = new Map<string, Poller>();

  const found = (id: string): Mapping => {
    const mapping = mappings.get(id);
    if (!mapping)
      throw new AwsError(
        "ResourceNotFoundException",
        "The resource you requested does not exist.",
        404,
        {
          Type: "User",
        },
      );
    return mapping;
  };

  const shown = ({ id, settings, fn, enabled, modified }: Mapping, State?: string) => {
    const { FunctionName: _, Enabled: __, ...rest } = settings;
    return {
      ...defaultsFor(settings),
      ...rest,
      UUID: id,
      FunctionArn: fn.arn,
      EventSourceMappingArn: `arn:aws:lambda:${world.region}:${world.account}:event-source-mapping:${id}`,
      State: State ?? (enabled ? "Enabled" : "Disabled"),
      StateTransitionReason: "USER_INITIATED",
      LastModified: modified / 1000,
      LastProcessingResult: results.get(id) ?? "No records processed",
    };
  };

  const invokeAs = async ({ id, fn }: Mapping, event: object): Promise<Outcome> => {
    const answer = await world.call({
      caller: { name: `mapping:${id}`, role: "lambda.amazonaws.com" },
      service: "lambda",
      operation: "Invoke",
      input: {
        FunctionName: fn.arn,
        Payload: Buffer.from(JSON.stringify(event)).toString("base64"),
      },
    });
    const result = Buffer.from(answer.Payload ?? "", "base64").toString("utf8");
    return answer.FunctionError
      ? { ok: false, error: JSON.parse(result) }
      : { ok: true, result: result || "null" };
  };

  const namedFunction = (nameOrArn: string): Mapping["fn"] => {
    const { name, arn, role } = functionNamed(nameOrArn);
    return { name, arn, role };
  };

  const makePoller = (mapping: Mapping): Poller => {
    const { id } = mapping;
    const { EventSourceArn: arn } = mapping.settings;
    const now = () => mappings.get(id) ?? mapping;
    const stream = isStream(arn);
    const host = {
      world,
      settings: () => now().settings,
      caller: () => ({ name: now().fn.name, role: now().fn.role }),
      functionArn: () => now().fn.arn,
      async invoke(event: object) {
        const outcome = await invokeAs(now(), event);
        const result = outcome.ok ? "OK" : "PROBLEM: Function call failed";
        if (pollers.get(id) === poller && results.get(id) !== result) results.set(id, result);
        return outcome;
      },
      wake: (listener: () => void) => (stream ? wake.streams : wake.queues)(arn, listener),
      pollDelay,
      positions: entriesOf(positions, id),
      settle: (receiptHandles: readonly string[]) => wake.settle(arn, receiptHandles),
    };
    const poller: Poller = stream ? streamPoller(host) : queuePoller(host);
    pollers.set(id, poller);
    return poller;
  };

  const forget = (id: string) => {
    pollers.get(id)?.stop();
    pollers.delete(id);
    results.delete(id);
    for (const key of positions.keys()) if (key.startsWith(`${id}#`)) positions.delete(key);
  };

  const operations = {
    async CreateEventSourceMapping(input: MappingSettings) {
      if (!input.EventSourceArn)
        throw new AwsError("InvalidParameterValueException", "EventSourceArn is needed.");
      const fn = namedFunction(input.FunctionName);
      checkMapping(input);
      for (const { settings, fn: other } of mappings.values())
        if (settings.EventSourceArn === input.EventSourceArn && other.name === fn.name)
          throw new AwsError(
            "ResourceConflictException",
            `The event source arn (" ${input.EventSourceArn} ") and function (" ${fn.name} ") provided mapping already exists.`,
            409,
          );
      const mapping: Mapping = {
        id: idOf(input.EventSourceArn, fn.name),
        settings: input,
        fn,
        enabled: input.Enabled ?? true,
        modified: clock.now(),
      };
      const poller = makePoller(mapping);
      try {
        await poller.ready();
      } catch (error) {
        forget(mapping.id);
        throw new AwsError(
          "InvalidParameterValueException",
          `Cannot access ${input.EventSourceArn}. Please ensure the role can perform the operations that reading it needs. (${(error as Error).message})`,
        );
      }
      mappings.set(mapping.id, mapping);
      if (mapping.enabled) poller.resume();
      return shown(mapping);
    },
    GetEventSourceMapping: ({ UUID }: { UUID: string }) => shown(found(UUID)),
    ListEventSourceMappings(input: {
      EventSourceArn?: string;
      FunctionName?: string;
      MaxItems?: number;
      Marker?: string;
    }) {
      const { EventSourceArn, FunctionName } = input;
      const name = FunctionName && namedFunction(FunctionName).name;
      const chosen = [...mappings.values()].filter(
        ({ settings, fn }) =>
          (!EventSourceArn || settings.EventSourceArn === EventSourceArn) &&
          (!name || fn.name === name),
      );
      const { page, ...more } = marked(chosen, input, 100);
      return { EventSourceMappings: page.map((mapping) => shown(mapping)), ...more };
    },
    UpdateEventSourceMapping({ UUID, ...changes }: Partial<MappingSettings> & { UUID: string }) {
      const before = found(UUID);
      const { EventSourceArn } = before.settings;
      const settings = { ...before.settings, ...changes, EventSourceArn };
      checkMapping(settings);
      const mapping: Mapping = {
        ...before,
        settings,
        fn: changes.FunctionName ? namedFunction(changes.FunctionName) : before.fn,
        modified: clock.now(),
        enabled: changes.Enabled ?? before.enabled,
      };
      mappings.set(UUID, mapping);
      const lanes = ({ ParallelizationFactor = 1 }: MappingSettings) => ParallelizationFactor;
      // Who divides the records in another way begins anew at the last checkpoint.
      if (lanes(settings) !== lanes(before.settings)) {
        pollers.get(UUID)?.stop();
        makePoller(mapping);
      }
      if (mapping.enabled) pollers.get(UUID)?.resume();
      else pollers.get(UUID)?.pause();
      return shown(mapping);
    },
    DeleteEventSourceMapping({ UUID }: { UUID: string }) {
      const mapping = found(UUID);
      mappings.delete(UUID);
      forget(UUID);
      return shown(mapping, "Deleting");
    },
  };
  return {
    operations,
    stop() {
      for (const poller of pollers.values()) poller.stop();
      pollers.clear();
    },
    resume() {
      for (const mapping of mappings.values()) {
        const poller = makePoller(mapping);
        if (mapping.enabled) poller.resume();
      }
    },
  };
};

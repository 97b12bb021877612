import { AwsError, type World } from "../engine.ts";
import { uuid } from "../uuid.ts";
import type { FunctionConfig, Outcome } from "./function.ts";
import { checkMapping, isStream, type MappingSettings, type Poller } from "./mapping.ts";
import { queuePoller } from "./queue-poller.ts";
import { streamPoller } from "./stream-poller.ts";

/** How a mapping hears that its source has something to read. Each answers how to stop listening. */
export type Wake = {
  streams: (arn: string, listener: () => void) => () => void;
  queues: (arn: string, listener: () => void) => () => void;
};

export type MappingOptions = {
  wake: Wake;
  /** The longest time between an arrival and the poll that finds it, in milliseconds. */
  pollDelay?: number;
};

type Mapping = {
  id: string;
  settings: MappingSettings;
  fn: FunctionConfig;
  enabled: boolean;
  modified: number;
  poller: Poller;
};

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
  const mappings = new Map<string, Mapping>();

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
      LastProcessingResult: "No records processed",
    };
  };

  const invokeAs = async (mapping: Mapping, event: object): Promise<Outcome> => {
    const { fn, id } = mapping;
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

  const operations = {
    async CreateEventSourceMapping(input: MappingSettings) {
      if (!input.EventSourceArn)
        throw new AwsError("InvalidParameterValueException", "EventSourceArn is needed.");
      const fn = functionNamed(input.FunctionName);
      checkMapping(input);
      for (const { settings, fn: other } of mappings.values())
        if (settings.EventSourceArn === input.EventSourceArn && other.name === fn.name)
          throw new AwsError(
            "ResourceConflictException",
            `The event source arn (" ${input.EventSourceArn} ") and function (" ${fn.name} ") provided mapping already exists.`,
            409,
          );
      const host = {
        world,
        settings: () => mapping.settings,
        caller: () => ({ name: mapping.fn.name, role: mapping.fn.role }),
        functionArn: () => mapping.fn.arn,
        invoke: (event: object) => invokeAs(mapping, event),
        wake: (listener: () => void) =>
          isStream(input.EventSourceArn)
            ? wake.streams(input.EventSourceArn, listener)
            : wake.queues(input.EventSourceArn, listener),
        pollDelay,
      };
      const mapping: Mapping = {
        id: uuid(clock.random),
        settings: input,
        fn,
        enabled: input.Enabled ?? true,
        modified: clock.now(),
        poller: { ready: async () => {}, resume: () => {}, pause: () => {} },
      };
      mapping.poller = isStream(input.EventSourceArn) ? streamPoller(host) : queuePoller(host);
      try {
        await mapping.poller.ready();
      } catch (error) {
        throw new AwsError(
          "InvalidParameterValueException",
          `Cannot access ${input.EventSourceArn}. Please ensure the role can perform the operations that reading it needs. (${(error as Error).message})`,
        );
      }
      mappings.set(mapping.id, mapping);
      if (mapping.enabled) mapping.poller.resume();
      return shown(mapping);
    },
    GetEventSourceMapping: ({ UUID }: { UUID: string }) => shown(found(UUID)),
    ListEventSourceMappings({
      EventSourceArn,
      FunctionName,
    }: {
      EventSourceArn?: string;
      FunctionName?: string;
    }) {
      const name = FunctionName && functionNamed(FunctionName).name;
      const chosen = [...mappings.values()].filter(
        ({ settings, fn }) =>
          (!EventSourceArn || settings.EventSourceArn === EventSourceArn) &&
          (!name || fn.name === name),
      );
      return { EventSourceMappings: chosen.map((mapping) => shown(mapping)) };
    },
    UpdateEventSourceMapping({ UUID, ...changes }: Partial<MappingSettings> & { UUID: string }) {
      const mapping = found(UUID);
      const { EventSourceArn } = mapping.settings;
      const settings = { ...mapping.settings, ...changes, EventSourceArn };
      checkMapping(settings);
      if (changes.FunctionName) mapping.fn = functionNamed(changes.FunctionName);
      mapping.settings = settings;
      mapping.modified = clock.now();
      mapping.enabled = changes.Enabled ?? mapping.enabled;
      if (mapping.enabled) mapping.poller.resume();
      else mapping.poller.pause();
      return shown(mapping);
    },
    DeleteEventSourceMapping({ UUID }: { UUID: string }) {
      const mapping = found(UUID);
      mapping.poller.pause();
      mappings.delete(UUID);
      return shown(mapping, "Deleting");
    },
  };
  return {
    operations,
    stop: () => {
      for (const { poller } of mappings.values()) poller.pause();
    },
  };
};

import { AwsError, type Engine, type World } from "../engine.ts";
import { type CrushedEvent, validatePattern } from "./patterns.ts";
import type { BusEvent } from "./target-input.ts";

/** An archive of a bus, as plain data. */
export type Archive = {
  name: string;
  arn: string;
  busArn: string;
  description?: string;
  pattern?: string;
  retentionDays: number;
  createdAt: number;
  events: BusEvent[];
  bytes: number;
};

/** A replay of an archive, as plain data. */
export type Replay = {
  name: string;
  arn: string;
  archiveArn: string;
  description?: string;
  destination: { Arn: string; FilterArns?: string[] };
  from: number;
  to: number;
  state: "STARTING" | "RUNNING" | "CANCELLING" | "COMPLETED" | "CANCELLED";
  startedAt: number;
  endedAt?: number;
  lastReplayed?: number;
};

type Buses = {
  world: World;
  archives: Map<string, Archive>;
  replays: Map<string, Replay>;
  /** Throws when there is no such bus. */
  requireBus: (arn: string) => unknown;
  compiled: (pattern: string) => (event: CrushedEvent) => boolean;
  /** Brings a replayed event to the rules of a bus, to some of them only when `ruleArns` are given. */
  dispatch: (busArn: string, event: BusEvent, ruleArns?: string[]) => void;
};

const validation = (message: string) => new AwsError("ValidationException", message);
const notFound = (what: string) =>
  new AwsError("ResourceNotFoundException", `${what} does not exist.`);
const exists = (what: string) =>
  new AwsError("ResourceAlreadyExistsException", `${what} already exists.`);
const seconds = (ms: number) => ms / 1000;
const day = 86_400_000;

/**
 * Archives and replays. An event is archived when the bus takes it (AWS: within minutes); a replay brings the
 * archived events of a span of time, in order, to the rules again: same ids, with `replay-name`.
 */
export const archiveOperations = (buses: Buses) => {
  const { world, archives, replays, requireBus, compiled, dispatch } = buses;
  const { clock, account, region, note } = world;
  const arnOf = (kind: string, name: string) =>
    `arn:aws:events:${region}:${account}:${kind}/${name}`;
  const archiveNamed = (name: string) => {
    const archive = archives.get(name);
    if (!archive) throw notFound(`Archive ${name}`);
    return archive;
  };
  const expire = (archive: Archive) => {
    if (archive.retentionDays === 0) return;
    const oldest = clock.now() - archive.retentionDays * day;
    while (archive.events[0] && Date.parse(archive.events[0].time) < oldest)
      archive.bytes -= sizeOf(archive.events.shift() as BusEvent);
  };
  const sizeOf = (event: BusEvent) => Buffer.byteLength(JSON.stringify(event));

  /** Keeps an event in every archive of the bus that wants it; replayed events are not kept again. */
  const keep = (busArn: string, event: BusEvent, crushed: CrushedEvent) => {
    if (event["replay-name"] !== undefined) return;
    for (const archive of archives.values()) {
      if (archive.busArn !== busArn) continue;
      if (archive.pattern && !compiled(archive.pattern)(crushed)) continue;
      archive.events.push(event);
      archive.bytes += sizeOf(event);
      note({ kind: "events.archived", archive: archive.name, eventId: event.id });
    }
  };

  const described = (archive: Archive) => {
    expire(archive);
    return {
      ArchiveName: archive.name,
      EventSourceArn: archive.busArn,
      State: "ENABLED",
      RetentionDays: archive.retentionDays,
      SizeBytes: archive.bytes,
      EventCount: archive.events.length,
      CreationTime: seconds(archive.createdAt),
    };
  };
  const changed = ({ arn, createdAt }: Archive) => ({
    ArchiveArn: arn,
    State: "ENABLED",
    CreationTime: seconds(createdAt),
  });
  const replayed = (replay: Replay) => ({
    ReplayName: replay.name,
    EventSourceArn: replay.archiveArn,
    State: replay.state,
    EventStartTime: seconds(replay.from),
    EventEndTime: seconds(replay.to),
    ReplayStartTime: seconds(replay.startedAt),
    ...(replay.endedAt !== undefined && { ReplayEndTime: seconds(replay.endedAt) }),
    ...(replay.lastReplayed !== undefined && {
      EventLastReplayedTime: seconds(replay.lastReplayed),
    }),
  });

  const run = (replay: Replay, events: BusEvent[]) => {
    const state = (to: Replay["state"]) => {
      replay.state = to;
      note({ kind: "events.replay", replay: replay.name, state: to });
    };
    const step = (index: number) => {
      const event = events[index];
      if (!event || replay.state === "CANCELLING") {
        replay.endedAt = clock.now();
        return state(event ? "CANCELLED" : "COMPLETED");
      }
      if (replay.state === "STARTING") state("RUNNING");
      const { resources, detail, ...rest } = event;
      dispatch(
        replay.destination.Arn,
        { ...rest, "replay-name": replay.name, resources, detail },
        replay.destination.FilterArns,
      );
      replay.lastReplayed = Date.parse(event.time);
      clock.after(0, `events replay ${replay.name}`, () => step(index + 1));
    };
    clock.after(0, `events replay ${replay.name}`, () => step(0));
  };

  const operations: Engine["operations"] = {
    CreateArchive({ ArchiveName, EventSourceArn, EventPattern, RetentionDays, Description }) {
      if (!ArchiveName || !/^[.\-_A-Za-z0-9]{1,48}$/.test(ArchiveName))
        throw validation(`Parameter ArchiveName is not valid: ${ArchiveName}`);
      if (archives.has(ArchiveName)) throw exists(`Archive ${ArchiveName}`);
      requireBus(EventSourceArn);
      if (EventPattern) validatePattern(EventPattern);
      const archive: Archive = {
        name: ArchiveName,
        arn: arnOf("archive", ArchiveName),
        busArn: EventSourceArn,
        description: Description,
        pattern: EventPattern || undefined,
        retentionDays: RetentionDays ?? 0,
        createdAt: clock.now(),
        events: [],
        bytes: 0,
      };
      archives.set(ArchiveName, archive);
      return changed(archive);
    },
    UpdateArchive({ ArchiveName, EventPattern, RetentionDays, Description }) {
      if (EventPattern === undefined && RetentionDays === undefined && Description === undefined)
        throw validation(
          "At least one of EventPattern, RetentionDays or Description must be provided.",
        );
      const archive = archiveNamed(ArchiveName);
      if (EventPattern) validatePattern(EventPattern);
      archive.pattern = EventPattern ?? archive.pattern;
      archive.retentionDays = RetentionDays ?? archive.retentionDays;
      archive.description = Description ?? archive.description;
      return changed(archive);
    },
    DescribeArchive({ ArchiveName }) {
      const archive = archiveNamed(ArchiveName);
      return {
        ArchiveArn: archive.arn,
        ...described(archive),
        ...(archive.pattern && { EventPattern: archive.pattern }),
        ...(archive.description && { Description: archive.description }),
      };
    },
    ListArchives({ NamePrefix = "", EventSourceArn }) {
      const Archives = [...archives.values()]
        .filter(
          ({ name, busArn }) =>
            name.startsWith(NamePrefix) && (!EventSourceArn || busArn === EventSourceArn),
        )
        .map(described);
      return { Archives };
    },
    DeleteArchive({ ArchiveName }) {
      archives.delete(archiveNamed(ArchiveName).name);
      return {};
    },
    StartReplay(input) {
      const { ReplayName, EventSourceArn, EventStartTime, EventEndTime, Destination } = input;
      if (!ReplayName || !/^[.\-_A-Za-z0-9]{1,64}$/.test(ReplayName))
        throw validation(`Parameter ReplayName is not valid: ${ReplayName}`);
      if (replays.has(ReplayName)) throw exists(`Replay ${ReplayName}`);
      const archive = [...archives.values()].find(({ arn }) => arn === EventSourceArn);
      if (!archive)
        throw validation(
          `Parameter EventSourceArn is not valid. Reason: Archive ${String(EventSourceArn).split("/").at(-1)} does not exist.`,
        );
      if (Destination?.Arn !== archive.busArn)
        throw validation(
          "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.",
        );
      if (!(EventStartTime < EventEndTime))
        throw validation(
          "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.",
        );
      const replay: Replay = {
        name: ReplayName,
        arn: arnOf("replay", ReplayName),
        archiveArn: archive.arn,
        description: input.Description,
        destination: Destination,
        from: EventStartTime * 1000,
        to: EventEndTime * 1000,
        state: "STARTING",
        startedAt: clock.now(),
      };
      replays.set(ReplayName, replay);
      expire(archive);
      // An event's time is in whole seconds: the span begins with the second that it begins in.
      const from = Math.floor(EventStartTime) * 1000;
      run(
        replay,
        archive.events.filter(({ time }) => {
          const at = Date.parse(time);
          return at >= from && at <= replay.to;
        }),
      );
      return { ReplayArn: replay.arn, State: "STARTING", ReplayStartTime: seconds(clock.now()) };
    },
    DescribeReplay({ ReplayName }) {
      const replay = replays.get(ReplayName);
      if (!replay) throw notFound(`Replay ${ReplayName}`);
      return {
        ReplayArn: replay.arn,
        ...replayed(replay),
        Destination: replay.destination,
        ...(replay.description && { Description: replay.description }),
      };
    },
    ListReplays({ NamePrefix = "", State, EventSourceArn }) {
      const Replays = [...replays.values()]
        .filter(
          ({ name, state, archiveArn }) =>
            name.startsWith(NamePrefix) &&
            (!State || state === State) &&
            (!EventSourceArn || archiveArn === EventSourceArn),
        )
        .map(replayed);
      return { Replays };
    },
    CancelReplay({ ReplayName }) {
      const replay = replays.get(ReplayName);
      if (!replay) throw notFound(`Replay ${ReplayName}`);
      if (replay.state !== "STARTING" && replay.state !== "RUNNING")
        throw new AwsError(
          "IllegalStatusException",
          `Replay ${ReplayName} is not in a valid state for this operation.`,
        );
      replay.state = "CANCELLING";
      return { ReplayArn: replay.arn, State: "CANCELLING" };
    },
  };
  return { operations, keep };
};

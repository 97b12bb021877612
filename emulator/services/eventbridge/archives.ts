import type { Timer } from "../../kernel/clock.ts";
import { AwsError, type Engine, type World } from "../../kernel/engine.ts";
import { paged } from "./paging.ts";
import { type CrushedEvent, validatePattern } from "./patterns.ts";
import type { BusEvent } from "./target-input.ts";

/** An archive of a bus without its events, as plain data. */
type Archive = {
  name: string;
  arn: string;
  busArn: string;
  description?: string;
  pattern?: string;
  retentionDays: number;
  createdAt: number;
};

/** The events of an archive have numbers, from `first` up to before `next`. */
type Span = {
  first: number;
  next: number;
  /** What those before `measured` take, in bytes. */
  measured: number;
  bytes: number;
};

/** A replay of an archive, as plain data. */
type Replay = {
  name: string;
  arn: string;
  archiveArn: string;
  description?: string;
  destination: { Arn: string; FilterArns?: string[] };
  from: number;
  to: number;
  state: "STARTING" | "RUNNING" | "CANCELLING" | "COMPLETED" | "CANCELLED" | "FAILED";
  reason?: string;
  /** The number of the next event to look at, and of the first that came too late. */
  next: number;
  end: number;
  startedAt: number;
  endedAt?: number;
  lastReplayed?: number;
};

type Buses = {
  world: World;
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
  const { world, requireBus, compiled, dispatch } = buses;
  const { clock, account, region, note, keep: state } = world;
  const archives = state.map<Archive>("events.archives");
  const archived = state.map<BusEvent>("events.archived");
  const replays = state.map<Replay>("events.replays");
  const spans = new Map<string, Span>();
  const timers = new Map<string, Timer>();
  const keyOf = (archive: string, n: number) => `${archive}#${n}`;
  const spanOf = ({ name }: Archive): Span => {
    const known = spans.get(name);
    if (known) return known;
    const made = { first: 0, next: 0, measured: 0, bytes: 0 };
    spans.set(name, made);
    return made;
  };
  const arnOf = (kind: string, name: string) =>
    `arn:aws:events:${region}:${account}:${kind}/${name}`;
  const archiveAt = (arn: string) => [...archives.values()].find((archive) => archive.arn === arn);
  const archiveNamed = (name: string) => {
    const archive = archives.get(name);
    if (!archive) throw notFound(`Archive ${name}`);
    return archive;
  };
  const sizeOf = (event: BusEvent) => Buffer.byteLength(JSON.stringify(event));
  const expire = (archive: Archive) => {
    if (archive.retentionDays === 0) return;
    const oldest = clock.now() - archive.retentionDays * day;
    for (const span = spanOf(archive); span.first < span.next; span.first += 1) {
      const key = keyOf(archive.name, span.first);
      const event = archived.get(key);
      if (event && Date.parse(event.time) >= oldest) return;
      if (event && span.first < span.measured) span.bytes -= sizeOf(event);
      archived.delete(key);
    }
  };
  /** Measured only when somebody asks: an event is archived for every order, and its size is seldom read. */
  const sizeOfAll = (archive: Archive) => {
    const span = spanOf(archive);
    for (let n = Math.max(span.first, span.measured); n < span.next; n += 1)
      span.bytes += sizeOf(archived.get(keyOf(archive.name, n)) as BusEvent);
    span.measured = span.next;
    return span.bytes;
  };

  /** Keeps an event in every archive of the bus that wants it; replayed events are not kept again. */
  const keep = (busArn: string, event: BusEvent, crushed: CrushedEvent) => {
    if (event["replay-name"] !== undefined) return;
    for (const archive of archives.values()) {
      if (archive.busArn !== busArn) continue;
      if (archive.pattern && !compiled(archive.pattern)(crushed)) continue;
      const span = spanOf(archive);
      archived.set(keyOf(archive.name, span.next), event);
      span.next += 1;
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
      SizeBytes: sizeOfAll(archive),
      EventCount: spanOf(archive).next - spanOf(archive).first,
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
    ...(replay.reason && { StateReason: replay.reason }),
    EventStartTime: seconds(replay.from),
    EventEndTime: seconds(replay.to),
    ReplayStartTime: seconds(replay.startedAt),
    ...(replay.endedAt !== undefined && { ReplayEndTime: seconds(replay.endedAt) }),
    ...(replay.lastReplayed !== undefined && {
      EventLastReplayedTime: seconds(replay.lastReplayed),
    }),
  });

  const move = (replay: Replay, changes: Partial<Replay>) => {
    const moved = { ...replay, ...changes };
    replays.set(moved.name, moved);
    if (moved.state !== replay.state)
      note({ kind: "events.replay", replay: moved.name, state: moved.state });
    return moved;
  };
  const step = (replay: Replay) => {
    const end = (state: Replay["state"], reason?: string) =>
      move(replay, { state, reason, endedAt: clock.now() });
    if (replay.state === "CANCELLING") return end("CANCELLED");
    const archive = archiveAt(replay.archiveArn);
    if (!archive) return end("FAILED", "The archive was deleted.");
    // An event's time is in whole seconds: the span begins with the second that it begins in.
    const from = Math.floor(replay.from / 1000) * 1000;
    for (let n = Math.max(replay.next, spanOf(archive).first); n < replay.end; n += 1) {
      const event = archived.get(keyOf(archive.name, n));
      const at = event ? Date.parse(event.time) : Number.NaN;
      if (!event || !(at >= from && at <= replay.to)) continue;
      const next = move(replay, { state: "RUNNING", next: n + 1, lastReplayed: at });
      const { resources, detail, ...rest } = event;
      dispatch(
        next.destination.Arn,
        { ...rest, "replay-name": next.name, resources, detail },
        next.destination.FilterArns,
      );
      return arm(next);
    }
    return end("COMPLETED");
  };
  const arm = ({ name }: Replay) => {
    const go = () => {
      timers.delete(name);
      const replay = replays.get(name);
      if (replay) step(replay);
    };
    timers.set(name, clock.after(0, `events replay ${name}`, go));
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
      const updated = {
        ...archive,
        pattern: EventPattern ?? archive.pattern,
        retentionDays: RetentionDays ?? archive.retentionDays,
        description: Description ?? archive.description,
      };
      archives.set(archive.name, updated);
      return changed(updated);
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
    ListArchives({ NamePrefix = "", EventSourceArn, State, ...input }) {
      const wanted = [...archives.values()].filter(
        ({ name, busArn }) =>
          name.startsWith(NamePrefix) &&
          (!EventSourceArn || busArn === EventSourceArn) &&
          (!State || State === "ENABLED"),
      );
      const { page, ...more } = paged(wanted, input);
      return { Archives: page.map(described), ...more };
    },
    DeleteArchive({ ArchiveName }) {
      const archive = archiveNamed(ArchiveName);
      const { first, next } = spanOf(archive);
      for (let n = first; n < next; n += 1) archived.delete(keyOf(archive.name, n));
      spans.delete(archive.name);
      archives.delete(archive.name);
      return {};
    },
    StartReplay(input) {
      const { ReplayName, EventSourceArn, EventStartTime, EventEndTime, Destination } = input;
      if (!ReplayName || !/^[.\-_A-Za-z0-9]{1,64}$/.test(ReplayName))
        throw validation(`Parameter ReplayName is not valid: ${ReplayName}`);
      if (replays.has(ReplayName)) throw exists(`Replay ${ReplayName}`);
      const archive = archiveAt(EventSourceArn);
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
      expire(archive);
      const { first, next } = spanOf(archive);
      const replay: Replay = {
        name: ReplayName,
        arn: arnOf("replay", ReplayName),
        archiveArn: archive.arn,
        description: input.Description,
        destination: Destination,
        from: EventStartTime * 1000,
        to: EventEndTime * 1000,
        state: "STARTING",
        next: first,
        end: next,
        startedAt: clock.now(),
      };
      replays.set(ReplayName, replay);
      arm(replay);
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
    ListReplays({ NamePrefix = "", State, EventSourceArn, ...input }) {
      const wanted = [...replays.values()].filter(
        ({ name, state: now, archiveArn }) =>
          name.startsWith(NamePrefix) &&
          (!State || now === State) &&
          (!EventSourceArn || archiveArn === EventSourceArn),
      );
      const { page, ...more } = paged(wanted, input);
      return { Replays: page.map(replayed), ...more };
    },
    CancelReplay({ ReplayName }) {
      const replay = replays.get(ReplayName);
      if (!replay) throw notFound(`Replay ${ReplayName}`);
      if (replay.state !== "STARTING" && replay.state !== "RUNNING")
        throw new AwsError(
          "IllegalStatusException",
          `Replay ${ReplayName} is not in a valid state for this operation.`,
        );
      move(replay, { state: "CANCELLING" });
      return { ReplayArn: replay.arn, State: "CANCELLING" };
    },
  };
  return {
    operations,
    keep,
    stop() {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
    resume() {
      spans.clear();
      for (const key of archived.keys()) {
        const at = key.lastIndexOf("#");
        const name = key.slice(0, at);
        const n = Number(key.slice(at + 1));
        const span = spans.get(name);
        if (span) {
          span.first = Math.min(span.first, n);
          span.next = Math.max(span.next, n + 1);
        } else spans.set(name, { first: n, next: n + 1, measured: 0, bytes: 0 });
      }
      for (const replay of [...replays.values()])
        if (["STARTING", "RUNNING", "CANCELLING"].includes(replay.state)) arm(replay);
    },
  };
};

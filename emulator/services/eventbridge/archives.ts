import type { Timer } from "../../kernel/clock.ts";
import { AwsError, type Engine, type World } from "../../kernel/engine.ts";
import { newLife } from "../../kernel/life.ts";
import { archiveStore } from "./archive-store.ts";
import { paged } from "./paging.ts";
import { type CrushedEvent, validatePattern } from "./patterns.ts";
import type { Registry } from "./registry.ts";
import { type BusEvent, textOf } from "./target-input.ts";

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

type Surroundings = {
  world: World;
  registry: Registry;
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

/** EventBridge runs so many replays at the same time, and forgets one so long after its end. */
const mostReplays = 10;
const replaysKept = 90 * day;

const isActive = ({ state }: Replay) => ["STARTING", "RUNNING", "CANCELLING"].includes(state);

/**
 * Archives and replays. An event is archived when the bus takes it (AWS: within minutes); a replay brings the
 * archived events of a span of time, in order, to the rules again: same ids, with `replay-name`.
 */
export const archiveOperations = ({ world, registry, dispatch }: Surroundings) => {
  const { clock, note, keep: state } = world;
  const { requireBus, compiled } = registry;
  const archives = state.map<Archive>("events.archives");
  const store = archiveStore(state);
  const replays = state.map<Replay>("events.replays");
  const expiring = new Map<string, Timer>();
  let life = newLife(clock);
  const arnOf = (kind: string, name: string) => registry.arnOf(`${kind}/${name}`);
  const archiveAt = (arn: string) => [...archives.values()].find((archive) => archive.arn === arn);
  const archiveNamed = (name: string) => {
    const archive = archives.get(name);
    if (!archive) throw notFound(`Archive ${name}`);
    return archive;
  };
  /** Takes away what is older than the archive keeps, and looks again when the next is. */
  const expire = (archive: Archive) => {
    const { name, retentionDays } = archive;
    expiring.get(name)?.cancel();
    expiring.delete(name);
    if (retentionDays === 0) return;
    store.expire(name, clock.now() - retentionDays * day);
    const oldest = store.oldest(name);
    if (oldest === undefined) return;
    const wait = oldest + retentionDays * day + 1 - clock.now();
    const again = () => {
      const now = archives.get(name);
      if (now) expire(now);
    };
    expiring.set(name, life.after(wait, `events expire ${name}`, again));
  };

  /** Keeps an event in every archive of the bus that wants it; replayed events are not kept again. */
  const keep = (busArn: string, event: BusEvent, crushed: CrushedEvent) => {
    if (event["replay-name"] !== undefined) return;
    for (const archive of archives.values()) {
      const { name, pattern } = archive;
      if (archive.busArn !== busArn) continue;
      if (pattern && !compiled(pattern)(crushed)) continue;
      store.append(name, clock.now(), Date.parse(event.time), textOf(event));
      if (archive.retentionDays > 0 && !expiring.has(name)) expire(archive);
      note({ kind: "events.archived", archive: name, eventId: event.id });
    }
  };

  const described = (archive: Archive) => {
    expire(archive);
    return {
      ArchiveName: archive.name,
      EventSourceArn: archive.busArn,
      State: "ENABLED",
      RetentionDays: archive.retentionDays,
      SizeBytes: store.bytes(archive.name),
      EventCount: store.next(archive.name) - store.first(archive.name),
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
    const found = store.find(archive.name, {
      next: replay.next,
      end: replay.end,
      from,
      to: replay.to,
    });
    // As much as is looked at in one go: the rest comes in another, so that nothing else has to wait.
    if ("goOn" in found) return arm(move(replay, { next: found.goOn }));
    if ("event" in found) {
      const event = JSON.parse(found.event) as BusEvent;
      const at = Date.parse(event.time);
      const next = move(replay, { state: "RUNNING", next: found.n + 1, lastReplayed: at });
      const { resources, detail, ...rest } = event;
      const again = { ...rest, "replay-name": next.name, resources, detail };
      const { Arn, FilterArns } = next.destination;
      const caller = { name: `replay ${next.name}`, role: "events.amazonaws.com" };
      const { over } = life;
      const given = world.act(
        { caller, service: "events", operation: "Replay", input: again },
        () => {
          if (!over()) dispatch(Arn, again, FilterArns);
        },
      );
      if (given instanceof Promise)
        return given.then(
          () => void (over() || arm(next)),
          () => void (over() || repeat(next.name, found.n)),
        );
      return arm(next);
    }
    return end("COMPLETED");
  };
  /** What did not come to the bus is brought there again a second later. */
  const repeat = (name: string, next: number) => {
    const replay = replays.get(name);
    if (replay && isActive(replay)) arm(move(replay, { next }), 1000);
  };
  const arm = ({ name }: Replay, ms = 0) => {
    life.after(ms, `events replay ${name}`, () => {
      const replay = replays.get(name);
      if (replay) step(replay);
    });
  };

  const operations: Engine["operations"] = {
    CreateArchive({ ArchiveName, EventSourceArn, EventPattern, RetentionDays, Description }) {
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
      expire(updated);
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
      expiring.get(archive.name)?.cancel();
      expiring.delete(archive.name);
      store.clear(archive.name);
      archives.delete(archive.name);
      return {};
    },
    StartReplay(input) {
      const { ReplayName, EventSourceArn, EventStartTime, EventEndTime, Destination } = input;
      for (const replay of [...replays.values()])
        if ((replay.endedAt ?? clock.now()) < clock.now() - replaysKept)
          replays.delete(replay.name);
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
      if ([...replays.values()].filter(isActive).length >= mostReplays)
        throw new AwsError(
          "LimitExceededException",
          "The requested resource exceeds the maximum number allowed.",
        );
      expire(archive);
      const replay: Replay = {
        name: ReplayName,
        arn: arnOf("replay", ReplayName),
        archiveArn: archive.arn,
        description: input.Description,
        destination: Destination,
        from: EventStartTime * 1000,
        to: EventEndTime * 1000,
        state: "STARTING",
        next: store.first(archive.name),
        end: store.next(archive.name),
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
      life.end();
      life = newLife(clock);
      expiring.clear();
    },
    resume() {
      store.resume();
      for (const archive of archives.values()) expire(archive);
      for (const replay of [...replays.values()]) if (isActive(replay)) arm(replay);
    },
  };
};

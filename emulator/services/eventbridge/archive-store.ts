import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Keep } from "../../kernel/keep.ts";
import { archivePacks, type Packed } from "./archive-packs.ts";

/** An event that is not packed yet: when it came, when it says that it happened, and its JSON. */
type Loose = { keptAt: number; time: number; text: string };

/** The numbers of an archive's events, from `first` up to before `next`; those from `loose` on are not packed. */
type Span = { first: number; loose: number; next: number; bytes: number; looseBytes: number };

/** What a search looks for: events from number `next` on, before `end`, that happened from `from` to `to`. */
export type Wanted = { next: number; end: number; from: number; to: number };

/** An event; or where a search that has looked at enough goes on; or nothing. */
export type Found = { n: number; event: string } | { goOn: number } | { none: true };

/** Events are packed so many at a time, or as many as take so many bytes: some milliseconds' work. */
const mostLoose = { events: 256, bytes: 262_144 };

/** More than any pack has, unpacked: one that says so was not made here. */
const mostPacked = 16 * mostLoose.bytes;

/**
 * The events of all archives, in the order in which they came. The newest are texts; older ones are packed, a tenth of
 * the size. What is stored never changes: it is added, packed and taken away.
 */
export const archiveStore = (keep: Keep) => {
  const loose = keep.map<Loose>("events.archived");
  const packed = archivePacks(keep);
  const spans = new Map<string, Span>();
  /** The first numbers of an archive's packs, in order. */
  const packs = new Map<string, number[]>();
  let unpacked: { pack: Packed; lines: string[] } | undefined;

  const keyOf = (archive: string, n: number) => `${archive}#${n}`;
  const spanOf = (archive: string): Span => {
    const known = spans.get(archive);
    if (known) return known;
    const made = { first: 0, loose: 0, next: 0, bytes: 0, looseBytes: 0 };
    spans.set(archive, made);
    return made;
  };
  const packsOf = (archive: string): number[] => {
    const known = packs.get(archive) ?? [];
    packs.set(archive, known);
    return known;
  };
  const linesOf = (pack: Packed): string[] => {
    if (unpacked?.pack !== pack) {
      const lines = inflateRawSync(pack.lines, {
        maxOutputLength: mostPacked,
      })
        .toString()
        .split("\n");
      unpacked = { pack, lines };
    }
    return unpacked.lines;
  };
  /** Refuses a state in which events are missing between others: who goes from number to number would not come to an end. */
  const checkWhole = (
    archive: string,
    { first, loose: from, next }: Span,
    unpackedCount: number,
  ) => {
    let at = first;
    for (const n of packsOf(archive)) {
      if (n !== at) break;
      at += packed.get(keyOf(archive, n))?.count ?? 0;
    }
    if (at !== from || from + unpackedCount !== next)
      throw new Error(`The archive ${archive} has not all of its events.`);
  };
  const sizeOf = ({ text }: Loose) => Buffer.byteLength(text);

  const packLoose = (archive: string) => {
    const span = spanOf(archive);
    const events: Loose[] = [];
    for (let n = span.loose; n < span.next; n += 1) {
      const key = keyOf(archive, n);
      events.push(loose.get(key) as Loose);
      loose.delete(key);
    }
    const [first] = events as [Loose];
    const times = events.map(({ time }) => time);
    packed.set(keyOf(archive, span.loose), {
      count: events.length,
      keptFrom: first.keptAt,
      keptTo: (events.at(-1) as Loose).keptAt,
      from: Math.min(...times),
      to: Math.max(...times),
      bytes: span.looseBytes,
      // A copy: what zlib answers is a piece of a larger buffer, and would keep all of it.
      lines: new Uint8Array(deflateRawSync(events.map(({ text }) => text).join("\n"))),
    });
    packsOf(archive).push(span.loose);
    span.loose = span.next;
    span.looseBytes = 0;
  };

  return {
    append(archive: string, keptAt: number, time: number, text: string) {
      const span = spanOf(archive);
      const event = { keptAt, time, text };
      loose.set(keyOf(archive, span.next), event);
      const size = sizeOf(event);
      span.next += 1;
      span.bytes += size;
      span.looseBytes += size;
      if (span.next - span.loose >= mostLoose.events || span.looseBytes >= mostLoose.bytes)
        packLoose(archive);
    },
    /** The number of the oldest event, and of the one that comes next. */
    first: (archive: string) => spanOf(archive).first,
    next: (archive: string) => spanOf(archive).next,
    bytes: (archive: string) => spanOf(archive).bytes,
    /** When what goes next, an event or a whole pack, came. */
    oldest(archive: string): number | undefined {
      const [pack] = packsOf(archive);
      const { loose: first } = spanOf(archive);
      if (pack !== undefined) return packed.get(keyOf(archive, pack))?.keptTo;
      return loose.get(keyOf(archive, first))?.keptAt;
    },
    /** Takes away what came before a moment; a pack goes with the last event in it. */
    expire(archive: string, before: number) {
      const span = spanOf(archive);
      const all = packsOf(archive);
      let gone = 0;
      for (const at of all) {
        const pack = packed.get(keyOf(archive, at)) as Packed;
        if (pack.keptTo >= before) break;
        packed.delete(keyOf(archive, at));
        span.bytes -= pack.bytes;
        span.first = at + pack.count;
        gone += 1;
      }
      all.splice(0, gone);
      while (all.length === 0 && span.loose < span.next) {
        const event = loose.get(keyOf(archive, span.loose)) as Loose;
        if (event.keptAt >= before) break;
        loose.delete(keyOf(archive, span.loose));
        span.bytes -= sizeOf(event);
        span.looseBytes -= sizeOf(event);
        span.loose += 1;
        span.first = span.loose;
      }
    },
    /** The next event that is wanted. Unpacks at most one pack. */
    find(archive: string, { next, end, from, to }: Wanted): Found {
      const span = spanOf(archive);
      const fits = (time: number) => time >= from && time <= to;
      let n = Math.max(next, span.first);
      const all = packsOf(archive);
      for (
        let i = lastUpTo(all, n);
        i >= 0 && i < all.length && n < Math.min(end, span.loose);
        i += 1
      ) {
        const at = all[i] as number;
        const pack = packed.get(keyOf(archive, at)) as Packed;
        if (pack.from <= to && pack.to >= from) {
          const lines = linesOf(pack);
          for (; n < Math.min(end, at + pack.count); n += 1) {
            const event = lines[n - at] as string;
            if (fits(Date.parse(JSON.parse(event).time))) return { n, event };
          }
          return n < end ? { goOn: n } : { none: true };
        }
        n = at + pack.count;
      }
      for (n = Math.max(n, span.loose); n < Math.min(end, span.next); n += 1) {
        const event = loose.get(keyOf(archive, n)) as Loose;
        if (fits(event.time)) return { n, event: event.text };
      }
      return { none: true };
    },
    clear(archive: string) {
      const span = spanOf(archive);
      for (const at of packsOf(archive)) packed.delete(keyOf(archive, at));
      for (let n = span.loose; n < span.next; n += 1) loose.delete(keyOf(archive, n));
      spans.delete(archive);
      packs.delete(archive);
    },
    /** Counts anew: the state is another one. */
    resume() {
      spans.clear();
      packs.clear();
      unpacked = undefined;
      const read = (key: string): [archive: string, n: number] => {
        const at = key.lastIndexOf("#");
        return [key.slice(0, at), Number(key.slice(at + 1))];
      };
      const begin = (archive: string, n: number): Span => {
        const span = spans.get(archive) ?? { ...spanOf(archive), first: n, loose: 0 };
        spans.set(archive, span);
        span.first = Math.min(span.first, n);
        return span;
      };
      for (const [key, { count, bytes }] of packed.entries()) {
        const [archive, at] = read(key);
        const span = begin(archive, at);
        span.next = Math.max(span.next, at + count);
        span.loose = span.next;
        span.bytes += bytes;
        packsOf(archive).push(at);
      }
      for (const all of packs.values()) all.sort((a, b) => a - b);
      const firstLoose = new Map<string, number>();
      const counts = new Map<string, number>();
      for (const [key, event] of loose) {
        const [archive, n] = read(key);
        const span = begin(archive, n);
        span.next = Math.max(span.next, n + 1);
        span.bytes += sizeOf(event);
        span.looseBytes += sizeOf(event);
        counts.set(archive, (counts.get(archive) ?? 0) + 1);
        firstLoose.set(archive, Math.min(firstLoose.get(archive) ?? n, n));
      }
      for (const [archive, n] of firstLoose) spanOf(archive).loose = n;
      for (const [archive, span] of spans) checkWhole(archive, span, counts.get(archive) ?? 0);
    },
  };
};

/** The index of the last number that is not above `n`; of none, when all are. */
const lastUpTo = (numbers: readonly number[], n: number): number => {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) <= n) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

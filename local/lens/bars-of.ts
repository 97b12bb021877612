import type { Entry } from "./entry.ts";
import type { Family } from "./family.ts";
import { answerDueIn, isCompensation } from "./ladders.ts";
import type { Run, Visit } from "./runs.ts";
import type { Things } from "./things.ts";

/** One unit of work on an order, as a waterfall shows it. Times are virtual milliseconds since 1970. */
export type Bar = {
  seq: number;
  /** The context that it belongs to. */
  lane: string;
  label: string;
  who: string;
  begins: number;
  /** Absent while it runs. */
  ends?: number;
  /** When it was ready to begin, and when it began. */
  queued?: [from: number, to: number];
  /** When each attempt began; one where it went well at once. */
  attempts: number[];
  compensation?: true;
  waiting?: true;
  /** What went wrong, where it did not end well. */
  failed?: string;
};

const brief = (...parts: unknown[]) => parts.filter(Boolean).join(": ").slice(0, 200);

/** What went wrong, by how an invocation ended, or by the answer to a call that should have led to one. */
const errorOf = (end: Entry | undefined): string | undefined => {
  if (!end) return undefined;
  const { error, output } = end;
  if (error) return brief(error.errorType ?? error.code, error.errorMessage ?? error.message);
  if (!output?.FunctionError) return undefined;
  const told = JSON.parse(Buffer.from(String(output.Payload ?? ""), "base64").toString() || "{}");
  return brief(told.errorType ?? output.FunctionError, told.errorMessage);
};

const isInvocation = ({ kind }: Entry) => kind === "invocation-started";

/** Invocations, and calls for one that failed before there was any: an attempt all the same. */
const invocationsIn = (family: Family): Entry[] =>
  family.entries.flatMap((entry): Entry[] => {
    if (isInvocation(entry)) return [entry];
    if (entry.kind !== "call" || entry.operation !== "Invoke") return [];
    const isSpoilt =
      errorOf(family.endOf(entry)) !== undefined && !family.effectsOf(entry).some(isInvocation);
    const name = String(entry.input?.FunctionName).split(":").at(-1);
    return isSpoilt ? [{ ...entry, function: name }] : [];
  });

/** Where a request came in, as a bar from question to answer. */
const requestBar = (entry: Entry, { endOf }: Family, things: Things): Bar => {
  const end = endOf(entry);
  const status = Number(end?.status ?? 0);
  const thing = things(entry.function ?? end?.function);
  return {
    seq: entry.seq,
    lane: thing?.context ?? "platform",
    label: `${entry.method} ${String(entry.path).replace(/\b[a-z]+_[0-9A-Z]{26}\b/g, "{id}")}`,
    who: thing?.id ?? "Api",
    begins: entry.at,
    ...(end && { ends: end.at }),
    attempts: [entry.at],
    ...(status >= 400 && { failed: `answered with ${status}` }),
  };
};

/** The invocations that a state of a saga brought about, in their order. */
const invocationsOf = (visit: Visit, invocations: Entry[], family: Family): Entry[] => {
  const begun = new Set([visit.seq, ...visit.retries.map(({ seq }) => seq)]);
  return invocations.filter((entry) => {
    const above = family.above(entry, ({ kind }) => kind !== "call");
    return above !== undefined && begun.has(above.seq);
  });
};

/** A state, with the function's attempts; and, where the answer comes later, the wait for it. */
const visitBars = (visit: Visit, all: Entry[], family: Family, things: Things): Bar[] => {
  if (visit.type !== "Task") return [];
  const invocations = invocationsOf(visit, all, family);
  const thing = things(invocations[0]?.function);
  const lastEnd = invocations.map(family.endOf).at(-1);
  const { state: label, seq, begins, ends } = visit;
  const failed = errorOf(lastEnd);
  const bar: Bar = {
    seq: invocations[0]?.seq ?? seq,
    lane: thing?.context ?? "orders",
    label,
    who: thing?.id ?? label,
    begins,
    ...(ends !== undefined && { ends }),
    attempts: invocations.length > 0 ? invocations.map(({ at }) => at) : [begins],
    ...(isCompensation(label) && { compensation: true }),
    ...(failed !== undefined && { failed }),
  };
  if (answerDueIn(label) === undefined || !lastEnd || failed !== undefined) return [bar];
  // The function has asked; the answer comes by another way.
  const { ends: _, ...asked } = bar;
  return [
    { ...asked, ends: lastEnd.at },
    {
      seq,
      lane: bar.lane,
      label: "the provider's answer",
      who: bar.who,
      begins: lastEnd.at,
      ...(ends !== undefined && { ends }),
      attempts: [lastEnd.at],
      waiting: true,
    },
  ];
};

/** Kinds of entries that stand for something that lies ready until a function takes it. */
const READY = new Set(["sqs.sent", "sqs.dead-letter", "stream.record", "events.accepted"]);

/** What an invocation was for: what lay ready nearest above it; another invocation of the same is another attempt. */
const readyFor = (invocation: Entry, { get }: Family): Entry | undefined => {
  const seen = new Set<number>();
  let level = [invocation.cause, ...(invocation.causes ?? [])];
  for (let step = 0; step < 8 && level.length > 0; step++) {
    const found = level.map(get).filter((one) => one !== undefined);
    const ready = found.find(({ kind }) => READY.has(kind));
    if (ready) return ready;
    for (const { seq } of found) seen.add(seq);
    level = found
      .filter((one) => !isInvocation(one))
      .flatMap(({ cause, causes, from }) => [from, cause, ...(causes ?? [])])
      .filter((seq) => seq !== undefined && !seen.has(seq));
  }
  return undefined;
};

/** Invocations outside of sagas: a bar for each thing that a function was given, however often. */
const deliveryBars = (invocations: Entry[], family: Family, things: Things): Bar[] => {
  const bars = new Map<string, Bar>();
  for (const entry of invocations) {
    const ready = readyFor(entry, family);
    const key = ready ? `${entry.function} ${ready.seq}` : String(entry.seq);
    const end = family.endOf(entry);
    const thing = things(entry.function);
    const failed = errorOf(end);
    const before = bars.get(key);
    const bar: Bar = before ?? {
      seq: entry.seq,
      lane: thing?.context ?? "platform",
      label: thing?.id ?? String(entry.function),
      who: thing?.id ?? String(entry.function),
      begins: entry.at,
      attempts: [],
      ...(ready && ready.at < entry.at && { queued: [ready.at, entry.at] }),
    };
    bar.attempts.push(entry.at);
    delete bar.ends;
    delete bar.failed;
    if (end) bar.ends = end.at;
    if (failed !== undefined) bar.failed = failed;
    bars.set(key, bar);
  }
  return [...bars.values()];
};

/** The waterfall of an order: requests, states of its sagas, deliveries, e-mails; in the order in which they begin. */
export const barsOf = (family: Family, runs: readonly Run[], things: Things): Bar[] => {
  const visits = runs.flatMap(({ visits }) => visits);
  const invocations = invocationsIn(family);
  const inSagas = new Set(visits.flatMap((visit) => invocationsOf(visit, invocations, family)));
  const requests = family.entries.filter(({ kind }) => /^(api|url)\.request$/.test(kind));
  const answering = (entry: Entry) =>
    family.above(
      entry,
      ({ kind }) => /^(api|url)\.request$/.test(kind) || isInvocation({ kind } as Entry),
    );
  const others = invocations.filter(
    (entry) => !inSagas.has(entry) && !/^(api|url)\.request$/.test(answering(entry)?.kind ?? ""),
  );
  const mails = family.entries.filter(({ kind }) => kind === "ses.sent");
  const bars = [
    ...requests.map((entry) => requestBar(entry, family, things)),
    ...visits.flatMap((visit) => visitBars(visit, invocations, family, things)),
    ...deliveryBars(others, family, things),
    ...mails.map(
      ({ seq, at, subject }): Bar => ({
        seq,
        lane: "notifications",
        label: `E-mail: ${subject}`,
        who: "SES",
        begins: at,
        ends: at,
        attempts: [at],
      }),
    ),
  ];
  return bars.sort(
    (a, b) => (a.queued?.[0] ?? a.begins) - (b.queued?.[0] ?? b.begins) || a.seq - b.seq,
  );
};

import { type Change, differenceOf } from "./difference.ts";
import type { Entry } from "./entry.ts";
import { envelopesIn, parsed } from "./envelopes.ts";
import type { Family } from "./family.ts";
import type { Allowed } from "./statement-of.ts";
import { summaryOf } from "./summary-of.ts";
import type { Things } from "./things.ts";

/** What a function did in one invocation. */
export type UnitOfWork = {
  function: string;
  /** Its handler's source file. */
  source?: string;
  input: unknown;
  output?: unknown;
  error?: unknown;
  /** The events of ours that it was given. */
  envelopes: unknown[];
  /** What it logged. */
  logs: unknown[];
  calls: { seq: number; what: string; error?: string; units?: string; iam: Allowed[] }[];
  /** What it wrote. */
  items: { seq: number; table: string; key: string; changes: Change[] }[];
};

const keyOf = (key: unknown) =>
  Object.values((key ?? {}) as Record<string, Record<string, string>>)
    .map((value) => Object.values(value)[0])
    .join(" / ");

const unitsOf = (entries: Entry[]) => {
  const sum = (name: string) => entries.reduce((all, one) => all + Number(one[name] ?? 0), 0);
  const [write, read] = [sum("writeUnits"), sum("readUnits")];
  return [write > 0 && `${write} write units`, read > 0 && `${read} read units`]
    .filter(Boolean)
    .join(", ");
};

/** The invocation that an entry is, or that a request led to at once. */
const invocationAt = (entry: Entry, { effectsOf }: Family): Entry | undefined => {
  if (entry.kind === "invocation-started") return entry;
  for (const effect of effectsOf(entry)) {
    if (effect.kind === "invocation-started") return effect;
    if (effect.kind !== "call" || effect.operation !== "Invoke") continue;
    const found = effectsOf(effect).find(({ kind }) => kind === "invocation-started");
    if (found) return found;
  }
  return undefined;
};

/** What was done in the invocation that an entry is or leads to; undefined where there is none. */
export const unitOfWork = (
  entry: Entry,
  family: Family,
  things: Things,
  allowedBy: (call: Entry) => Allowed[],
): UnitOfWork | undefined => {
  const invocation = invocationAt(entry, family);
  if (!invocation) return undefined;
  const end = family.endOf(invocation);
  const thing = things(invocation.function);
  const below = family.effectsOf(invocation);
  const calls = below.filter(({ kind }) => kind === "call");
  const items = calls.flatMap(family.effectsOf).filter(({ kind }) => kind === "item");
  return {
    function: thing?.id ?? String(invocation.function),
    ...(thing?.source && { source: thing.source }),
    input: parsed(invocation.event),
    ...(end?.output !== undefined && { output: parsed(end.output) }),
    ...(end?.error !== undefined && { error: end.error }),
    envelopes: envelopesIn(invocation.event),
    logs: below.filter(({ kind }) => kind === "log").map(({ line }) => parsed(line)),
    calls: calls.map((call) => {
      const error = family.endOf(call)?.error;
      const units = unitsOf(family.effectsOf(call).filter(({ kind }) => kind === "dynamodb.units"));
      return {
        seq: call.seq,
        what: summaryOf(call, things).what,
        ...(error && { error: `${error.code}: ${error.message}` }),
        ...(units && { units }),
        iam: allowedBy(call),
      };
    }),
    items: items.map((item) => ({
      seq: item.seq,
      table: things(item.table)?.id ?? String(item.table),
      key: keyOf(item.key),
      changes: differenceOf(item),
    })),
  };
};

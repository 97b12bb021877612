import { isObject } from "emulator/kernel/json";
import { Refused } from "./answers.ts";
import { inAwsWords } from "./replays.ts";
import type { Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

type Pattern = Record<string, unknown>;

/** A pattern's conditions, each as a pattern of its own, by where it is. */
const conditionsIn = (pattern: Pattern, path: string[] = []): [where: string, alone: Pattern][] =>
  Object.entries(pattern).flatMap(([name, value]): [string, Pattern][] => {
    const here = [...path, name];
    if (isObject(value) && name !== "$or") return conditionsIn(value as Pattern, here);
    const alone = here.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value);
    return [[here.join("."), alone as Pattern]];
  });

const textIn = (value: unknown, what: string): string => {
  if (isObject(value)) return JSON.stringify(value);
  if (typeof value === "string" && value.trim() !== "") return value;
  throw new Refused(400, `${what} is missing: a JSON object, or its text.`);
};

/** An event as the bus brings it to a rule. */
const asBrought = (sight: Sight, seq: unknown): string => {
  const entry = sight.trace.get(Number(seq));
  if (entry?.kind !== "events.accepted")
    throw new Refused(404, `The trace has no event ${String(seq).slice(0, 20)} any more.`);
  return JSON.stringify({
    version: "0",
    id: entry.eventId,
    "detail-type": entry.detailType,
    source: entry.source,
    account: sight.shop.cloud.account,
    time: new Date(entry.at).toISOString().replace(/\.\d+Z$/, "Z"),
    region: "us-east-1",
    resources: [],
    detail: entry.detail,
  });
};

/** Tries a pattern on an event, as EventBridge does, and says which of its conditions do not hold. */
export const patternRoutes = (sight: Sight): Routes => {
  const { look, shop } = sight;
  const test = async (EventPattern: string, Event: string): Promise<boolean> =>
    (await inAwsWords(look("events", "TestEventPattern", { EventPattern, Event }))).Result;
  return {
    "GET patterns": () => ({
      patterns: shop.graph.resources
        .filter(({ type, inputs }) => type.endsWith(":EventRule") && inputs.eventPattern)
        .map(({ name, inputs }) => ({ rule: name, pattern: inputs.eventPattern })),
    }),
    async "POST pattern"({ body }) {
      const { pattern, event, seq } = body();
      const text = textIn(pattern, "The pattern");
      const brought = seq === undefined ? textIn(event, "The event") : asBrought(sight, seq);
      const matches = await test(text, brought);
      const failed: string[] = [];
      if (!matches)
        for (const [where, alone] of conditionsIn(JSON.parse(text)))
          if (!(await test(JSON.stringify(alone), brought))) failed.push(where);
      return {
        matches,
        failed,
        why: matches
          ? "Every condition of the pattern holds: a rule with it gets this event."
          : `It does not match: the event is not what the pattern asks for at ${failed.join(", ")}.`,
        event: brought,
        aws: `events test-event-pattern --event-pattern '${text}' --event '${brought.replaceAll("'", "'\\''")}'`,
      };
    },
  };
};

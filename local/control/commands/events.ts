import type { Command, Control } from "../command.ts";
import { findSentEvent, sentEvents } from "../sent-events.ts";
import { refuse } from "../told.ts";
import { needSpan, oneOf, spanOf } from "../words.ts";

const duplicateTests =
  "EventBridge delivers at least once: who hears an event twice does what it means once.";
const replayTests =
  "Read models are a fold of the events: heard again from the archive, they say the same.";

/** `duplicate`: sends an event again, as it was. */
export const duplicate: Command = {
  name: "duplicate",
  title: "Deliver an event twice",
  usage: "duplicate [EVENT]",
  tells: "sends an event again: by its id, its type or its order; the newest without one",
  hypothesis: duplicateTests,
  example: "duplicate OrderPlaced",
  async run({ shop }, words) {
    const [word, more] = words;
    if (more) refuse("Which event? One id, type or order, or nothing for the newest.");
    const found = findSentEvent(shop, word);
    if (!found)
      return refuse(
        word
          ? `No event of ${word} is among the newest that were sent: it is an id, a type such as OrderPlaced, or an order.`
          : "No event was sent yet: place an order first.",
      );
    const { DetailType, Detail } = found.entry;
    const answer = await shop.call("events", "PutEvents", { Entries: [found.entry] });
    const { id, aggregate } = JSON.parse(Detail);
    return {
      said: `${DetailType} of ${aggregate?.id ?? "nobody"} was sent again, as ${answer.Entries[0].EventId}; its own id, ${id}, is the same.`,
      next: "Everybody who hears it hears it again, and nothing changes: no second saga, no second e-mail, the same view.",
      aws: [`aws events put-events --entries '${JSON.stringify([found.entry])}'`],
    };
  },
};

const startOf = ({ shop }: Control, word: string | undefined): number => {
  const now = shop.cloud.clock.now();
  if (word === undefined || word === "start" || word === "all") return 0;
  if (spanOf(word) !== undefined) return now - needSpan(word, "From when");
  // Date.parse takes "5" for a month.
  const at = /^\d{4}-\d\d-\d\d/.test(word) ? Date.parse(word) : Number.NaN;
  if (!Number.isNaN(at) && at < now) return at;
  return refuse(
    `From when? start, a span of time such as 10m, or a time that is over such as ${new Date(now - 600_000).toISOString()}, not "${word}".`,
  );
};

/** The rules that feed the read side. */
export const projections = ["OrderViewsRule", "ProductViewsRule", "SalesRule"];

/** `replay`: lets the projections hear the archive again. */
export const replay: Command = {
  name: "replay",
  title: "Replay the archive",
  usage: "replay [FROM] [RULE]",
  tells: "lets the projections hear the archived events again: from the start, 10m ago, or a time",
  hypothesis: replayTests,
  example: "replay start",
  async run(control, words) {
    const { shop } = control;
    const { graph, cloud } = shop;
    const [from, rule, more] = words;
    if (more) refuse("From when, and to which rule? For instance: replay 10m OrderViewsRule.");
    const start = startOf(control, from);
    const rules = rule ? [oneOf(projections, rule, "rule of a projection")] : projections;
    const outputOf = (test: (name: string, type: string) => boolean) =>
      graph.resources.find(({ name, type }) => test(name, type))?.outputs;
    const archive = outputOf((_, type) => type.endsWith(":EventArchive"));
    const bus = outputOf((_, type) => type.endsWith(":EventBus"));
    const FilterArns = rules.map((wanted) => outputOf((name) => name === wanted)?.arn as string);
    const { clock } = cloud;
    const told = {
      ReplayName: `again-${clock.now()}-${Math.floor(clock.random() * 1e6)}`,
      EventSourceArn: archive?.arn,
      EventStartTime: start / 1000,
      EventEndTime: (clock.now() + 1) / 1000,
      Destination: { Arn: bus?.arn, FilterArns },
    };
    await shop.call("events", "StartReplay", told);
    return {
      said: `The archive is replayed to ${rules.join(", ")}${start > 0 ? `, from ${new Date(start).toISOString()}` : ", from its start"}, as ${told.ReplayName}.`,
      next: "The events come again with their old ids and `replay-name`; only the projections hear them, and every view says afterwards what it said before.",
      aws: [
        `aws events start-replay --replay-name ${told.ReplayName} --event-source-arn ${archive?.arn} --event-start-time ${told.EventStartTime} --event-end-time ${told.EventEndTime} --destination '${JSON.stringify(told.Destination)}'`,
      ],
    };
  },
};

/** What a message of a queue says: the newest event that its rule hears, as the bus brings it. Undefined where none was sent yet. */
export const newestFor = ({ shop }: Control, queueArn: string) => {
  const { resources } = shop.graph;
  const target = resources.find(
    ({ type, inputs }) => type.endsWith(":EventTarget") && inputs.arn === queueArn,
  );
  const rule = resources.find(
    ({ type, inputs, outputs }) =>
      type.endsWith(":EventRule") && (outputs.name ?? inputs.name) === target?.inputs.rule,
  );
  const { "detail-type": types = [] } = JSON.parse(rule?.inputs.eventPattern ?? "{}");
  const hears = (type: string) =>
    (types as (string | { prefix?: string })[]).some((one) =>
      typeof one === "string" ? one === type : one.prefix && type.startsWith(one.prefix),
    );
  const found = sentEvents(shop).find(({ entry }) => hears(entry.DetailType));
  return found && { id: found.eventId, ...found.entry, detail: JSON.parse(found.entry.Detail) };
};

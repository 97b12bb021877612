import type { Fact } from "emulator/kernel/cloud";

/** Something that was lost or parked: what to say of the first, how to count on, and what line looks at it. */
export type Loss = {
  /** What it has in common with those that are counted with it. */
  key: string;
  count: number;
  first: string;
  /** "12 dead letters of ThingsQueue by now". */
  more: (count: number) => string;
  /** Words of the AWS CLI. */
  look: string;
  /** The ARN of the queue where it is now. */
  waitsIn?: string;
};

type Words = (fact: Fact, queueUrl: (arn: string) => string) => Loss;

const nameIn = (arn: unknown) => String(arn).split(/[/:]/).at(-1) ?? "";
const countOf = ({ count }: Fact) => (typeof count === "number" ? count : 1);
/** A reason as the end of a sentence, whether it is one itself or not. */
const ended = (reason: unknown) => `${String(reason).replace(/\.$/, "")}.`;
const plural = (count: number, thing: string) => `${count} ${thing}${count === 1 ? "" : "s"}`;

/** Where a loss is now, if anywhere, for whoever sends it on. */
const isIn = (queue: unknown) => (typeof queue === "string" ? { waitsIn: queue } : {});

const letters = (url: string) =>
  `sqs receive-message --queue-url ${url} --max-number-of-messages 10 --visibility-timeout 0 --attribute-names All --message-attribute-names All`;
const settings = (url: string) =>
  `sqs get-queue-attributes --queue-url ${url} --attribute-names All`;
const mappingsOf = (name: unknown) => `lambda list-event-source-mappings --function-name ${name}`;

/** What a bus or a schedule had to bring, who that is, and how it is looked at. */
type Bringer = { one: string; thing: string; who: string; look: string };
const bringers: Record<string, (fact: Fact) => Bringer> = {
  events: ({ rule, bus }) =>
    rule === undefined
      ? { one: "An event", thing: "event", who: `the bus ${bus}`, look: "events list-event-buses" }
      : {
          one: "An event",
          thing: "event",
          who: `the rule ${nameIn(rule)}`,
          look: `events list-targets-by-rule --rule ${nameIn(rule)}${bus === undefined ? "" : ` --event-bus-name ${bus}`}`,
        },
  scheduler: ({ schedule }) => ({
    one: "A call",
    thing: "call",
    who: `the schedule ${nameIn(schedule)}`,
    look: `scheduler get-schedule --name ${nameIn(schedule)}`,
  }),
};

const undelivered =
  (service: string): Words =>
  (fact, queueUrl) => {
    const { one, thing, who, look } = (bringers[service] as (fact: Fact) => Bringer)(fact);
    const { kind, target, queue, reason } = fact;
    const dead = kind.endsWith(".dead-letter");
    const to = target === undefined ? "" : ` for ${nameIn(target)}`;
    const fate = dead ? `is a dead letter now, in ${nameIn(queue)}` : "was dropped and is nowhere";
    return {
      key: `${kind} ${who} ${target}`,
      count: 1,
      first: `${one} of ${who}${to} ${fate}: ${ended(reason)}`,
      more: (count) =>
        `${plural(count, thing)} of ${who}${to} ${dead ? `in ${nameIn(queue)}` : "dropped"}`,
      look: dead && queue ? letters(queueUrl(String(queue))) : look,
      ...(dead && isIn(queue)),
    };
  };

/** What AWS would show in a metric, and nobody sees at a terminal. */
const losses: Record<string, Words> = {
  "events.dropped": undelivered("events"),
  "events.dead-letter": undelivered("events"),
  "scheduler.dropped": undelivered("scheduler"),
  "scheduler.dead-letter": undelivered("scheduler"),
  "sqs.dead-letter": ({ queue, deadLetterQueue, receives }, queueUrl) => ({
    key: `dead ${queue}`,
    count: 1,
    first: `A message of ${nameIn(queue)} is a dead letter now, in ${nameIn(deadLetterQueue)}: it was received ${plural(Number(receives), "time")} and never deleted.`,
    more: (count) => `${plural(count, "dead letter")} of ${nameIn(queue)}`,
    look: letters(queueUrl(String(deadLetterQueue))),
    ...isIn(deadLetterQueue),
  }),
  "sqs.expired": (fact, queueUrl) => ({
    key: `expired ${fact.queue}`,
    count: countOf(fact),
    first: `${plural(countOf(fact), "message")} of ${nameIn(fact.queue)} ended unhandled: the queue keeps none for longer than its MessageRetentionPeriod.`,
    more: (count) => `${plural(count, "message")} of ${nameIn(fact.queue)} ended unhandled`,
    look: settings(queueUrl(String(fact.queue))),
  }),
  "event-dropped": ({ function: name, condition, queue }, queueUrl) => ({
    key: `discarded ${name}`,
    count: 1,
    first: `An asynchronous invocation of ${name} was discarded (${condition}): ${queue ? `what it was is in ${nameIn(queue)}` : "nothing is left of it, for the function has no dead-letter queue and no failure destination"}.`,
    more: (count) => `${plural(count, "asynchronous invocation")} of ${name} discarded`,
    look: queue
      ? letters(queueUrl(String(queue)))
      : `lambda get-function-event-invoke-config --function-name ${name}`,
    ...isIn(queue),
  }),
  "records-dropped": (fact, queueUrl) => {
    const { source, function: name, condition, queue } = fact;
    const table = String(source).split("/")[1];
    return {
      key: `dropped ${source} ${name}`,
      count: countOf(fact),
      first: `${plural(countOf(fact), "record")} of ${table}'s stream could not be handled by ${name} and ${countOf(fact) === 1 ? "was" : "were"} given up (${condition}): ${queue ? `where they were is told in ${nameIn(queue)}` : "nothing says which"}.`,
      more: (count) => `${plural(count, "record")} of ${table}'s stream given up by ${name}`,
      look: queue ? letters(queueUrl(String(queue))) : mappingsOf(name),
      ...isIn(queue),
    };
  },
  "records-lost": (fact) => {
    const { source, function: name } = fact;
    const table = String(source).split("/")[1];
    const some = fact.count === undefined ? "Records" : plural(countOf(fact), "record");
    return {
      key: `lost ${source} ${name}`,
      count: countOf(fact),
      first: `${some} of ${table}'s stream ended before ${name} had handled them: a stream keeps records for a day.`,
      more: (count) => `${plural(count, "record")} or more of ${table}'s stream lost to ${name}`,
      look: mappingsOf(name),
    };
  },
  "stream.trimmed": (fact) => {
    const table = String(fact.source).split("/")[1];
    return {
      key: `trimmed ${fact.source}`,
      count: countOf(fact),
      first: `${plural(countOf(fact), "record")} of ${table}'s stream ended before anybody read them: here a stream keeps ${fact.most} at most.`,
      more: (count) => `${plural(count, "record")} of ${table}'s stream ended unread`,
      look: `dynamodb describe-table --table-name ${table}`,
    };
  },
  "destination-failed": ({ arn, caller, message }, queueUrl) => ({
    key: `destination ${arn} ${caller}`,
    count: 1,
    first: `What ${caller} could not handle did not reach ${nameIn(arn)} either, and is lost: ${ended(message)}`,
    more: (count) => `${plural(count, "record")} of ${caller} lost on the way to ${nameIn(arn)}`,
    look: settings(queueUrl(String(arn))),
  }),
};

/** Kinds of facts that tell of something lost or parked. */
export const lossKinds: ReadonlySet<string> = new Set(Object.keys(losses));

/** A fact as a loss, if it is one. `queueUrl` gives the URL of a queue by its ARN. */
export const lossOf = (fact: Fact, queueUrl: (arn: string) => string): Loss | undefined =>
  lossKinds.has(fact.kind) ? losses[fact.kind]?.(fact, queueUrl) : undefined;

import { AwsError, type Caller, notEmulated, type World } from "../../kernel/engine.ts";
import { newLife } from "../../kernel/life.ts";
import { uuid } from "../../kernel/uuid.ts";
import type { Email } from "./email.ts";

const SENDER: Caller = { name: "ses", role: "ses.amazonaws.com" };
/** How long a mail server takes to say no, in milliseconds. */
const ANSWER_MS = 1_000;

type Kind = "BOUNCE" | "COMPLAINT";
type Destination = { types: Kind[]; bus: string };
type ConfigurationSet = { name: string; destinations: Record<string, Destination> };
type Feedback = { kind: Kind; set: string; email: Email; recipient: string };

const kinds: Record<Kind, { type: string; detailType: string }> = {
  BOUNCE: { type: "Bounce", detailType: "Email Bounced" },
  COMPLAINT: { type: "Complaint", detailType: "Email Complaint Received" },
};

/** What becomes of mail to SES's mailbox simulator (https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html). */
const fateOf = (recipient: string): Kind | undefined => {
  const [, mailbox] =
    /^([\w-]+)(?:\+[^@]*)?@simulator\.amazonses\.com$/.exec(recipient.toLowerCase()) ?? [];
  return ({ bounce: "BOUNCE", complaint: "COMPLAINT" } as const)[mailbox as "bounce"];
};

/** What SES says of it, by https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html. */
const detailOf = ({ kind, set, email, recipient }: Feedback, now: number, id: string) => {
  const timestamp = new Date(now).toISOString();
  const recipients = [{ emailAddress: recipient }];
  return {
    eventType: kinds[kind].type,
    ...(kind === "BOUNCE"
      ? {
          bounce: {
            bounceType: "Permanent",
            bounceSubType: "General",
            bouncedRecipients: [{ ...recipients[0], action: "failed", status: "5.1.1" }],
            timestamp,
            feedbackId: id,
          },
        }
      : {
          complaint: {
            complainedRecipients: recipients,
            complaintFeedbackType: "abuse",
            timestamp,
            feedbackId: id,
          },
        }),
    mail: {
      timestamp: new Date(email.time).toISOString(),
      source: email.from,
      messageId: email.id,
      destination: [...email.to, ...email.cc, ...email.bcc],
      tags: {
        "ses:configuration-set": [set],
        ...Object.fromEntries(Object.entries(email.tags).map(([name, value]) => [name, [value]])),
      },
    },
  };
};

/** Configuration sets, and what they tell the default event bus of e-mails to the mailbox simulator. */
export const mailFeedback = (world: World) => {
  const { clock, region, account, keep, call } = world;
  const sets = keep.map<ConfigurationSet>("ses.configuration-sets");
  const waiting = keep.map<Feedback>("ses.feedback");
  let life = newLife(clock);

  const required = (name: unknown) => {
    const set = sets.get(String(name));
    if (!set)
      throw new AwsError("NotFoundException", `Configuration set <${name}> does not exist.`, 404);
    return set;
  };

  const tell = (id: string, feedback: Feedback) => {
    const mine = life;
    const { detailType } = kinds[feedback.kind];
    mine.after(ANSWER_MS, `ses ${detailType}`, async () => {
      if (!waiting.delete(id)) return;
      const Entries = [
        {
          Source: "aws.ses",
          DetailType: detailType,
          Detail: JSON.stringify(detailOf(feedback, clock.now(), id)),
          Resources: [`arn:aws:ses:${region}:${account}:configuration-set/${feedback.set}`],
          EventBusName: "default",
        },
      ];
      const event = {
        caller: SENDER,
        service: "events",
        operation: "PutEvents",
        input: { Entries },
      };
      // SES tells of it as well as it can, no better: what fails is not told again.
      const lost = await call(event).then(
        ({ FailedEntryCount, Entries: [told] }) => FailedEntryCount > 0 && told.ErrorCode,
        (error) => {
          if (error instanceof AwsError) return error.code;
          throw error;
        },
      );
      if (lost)
        world.note({ kind: "ses.feedback-lost", messageId: feedback.email.id, error: lost });
    });
  };

  const operations = {
    CreateConfigurationSet({ ConfigurationSetName: name, ...more }: Record<string, unknown>) {
      for (const option of Object.keys(more).filter((one) => one !== "Tags"))
        throw notEmulated("ses", `the parameter ${option} of CreateConfigurationSet`);
      if (typeof name !== "string" || !/^[\w-]{1,64}$/.test(name))
        throw new AwsError("BadRequestException", "The name of a configuration set is not valid.");
      if (sets.has(name))
        throw new AwsError("AlreadyExistsException", `Configuration set <${name}> already exists.`);
      sets.set(name, { name, destinations: {} });
      return {};
    },
    DeleteConfigurationSet({ ConfigurationSetName: name }: { ConfigurationSetName: string }) {
      sets.delete(required(name).name);
      return {};
    },
    CreateConfigurationSetEventDestination(input: {
      ConfigurationSetName: string;
      EventDestinationName: string;
      // biome-ignore lint/suspicious/noExplicitAny: checked here
      EventDestination: any;
    }) {
      const set = required(input.ConfigurationSetName);
      const {
        Enabled = false,
        MatchingEventTypes,
        EventBridgeDestination,
        ...others
      } = input.EventDestination ?? {};
      for (const other of Object.keys(others))
        throw notEmulated("ses", `the event destination ${other}`);
      const bus: unknown = EventBridgeDestination?.EventBusArn;
      if (!Array.isArray(MatchingEventTypes) || MatchingEventTypes.length === 0)
        throw new AwsError("BadRequestException", "MatchingEventTypes is required.");
      for (const type of MatchingEventTypes)
        if (!Object.hasOwn(kinds, type)) throw notEmulated("ses", `events of the type ${type}`);
      if (bus !== `arn:aws:events:${region}:${account}:event-bus/default`)
        throw new AwsError("BadRequestException", "Only the default event bus is supported.");
      if (Object.hasOwn(set.destinations, input.EventDestinationName))
        throw new AwsError("AlreadyExistsException", "The event destination already exists.");
      const added = { types: Enabled ? [...MatchingEventTypes] : [], bus: String(bus) };
      sets.set(set.name, {
        ...set,
        destinations: { ...set.destinations, [input.EventDestinationName]: added },
      });
      return {};
    },
  };

  return {
    operations,
    required,
    /** An e-mail went out with a configuration set. */
    sent(set: string, email: Email) {
      for (const recipient of [...email.to, ...email.cc, ...email.bcc]) {
        const kind = fateOf(recipient);
        const told = Object.values(sets.get(set)?.destinations ?? {});
        if (!kind || !told.some(({ types }) => types.includes(kind))) continue;
        const id = uuid(clock, `ses feedback ${email.id}`);
        const feedback = { kind, set, email, recipient };
        waiting.set(id, feedback);
        tell(id, feedback);
      }
    },
    stop() {
      life.end();
      life = newLife(clock);
    },
    resume() {
      for (const [id, feedback] of waiting) tell(id, feedback);
    },
  };
};

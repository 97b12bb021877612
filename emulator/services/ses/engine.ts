import { AwsError, type Engine, notEmulated, type World } from "../../kernel/engine.ts";
import { shallowInputs } from "../../kernel/nesting.ts";
import { pageOf } from "../../kernel/paging.ts";
import { uuid } from "../../kernel/uuid.ts";
import type { Email } from "./email.ts";
import { mailFeedback } from "./feedback.ts";

/** How many e-mails are kept. AWS keeps none: this is a window for who tries things out, and no archive. */
export const keptEmails = 1_000;

/** The SES engine, and the e-mails it caught. */
export type SesEngine = Engine & {
  /** The newest e-mails that were sent, `keptEmails` of them at most, the oldest first. */
  inbox: () => readonly Email[];
};

type Identity = { name: string; createdAt: number; configurationSet?: string };

const badRequest = (message: string) => new AwsError("BadRequestException", message);

/** The address in `Acme Corp <acme@example.com>`. */
const addressIn = (text: string) => /<([^<>]+)>\s*$/.exec(text)?.[1] ?? text.trim();
/** The longest address, in characters. */
const longestAddress = 320;
const isAddress = (text: unknown): text is string =>
  typeof text === "string" && /^[^\s@<>]{1,320}@[^\s@<>]{1,320}$/.test(addressIn(text));

/** Tags become parts of other services' names: few characters, and few of those. */
const tag = /^[\w-]{1,256}$/;
const tagsIn = (tags: unknown): Record<string, string> => {
  if (!Array.isArray(tags)) throw badRequest("EmailTags is a list.");
  return Object.fromEntries(
    tags.map((one: { Name?: unknown; Value?: unknown } | null) => {
      const { Name, Value } = one ?? {};
      if (
        typeof Name !== "string" ||
        typeof Value !== "string" ||
        !tag.test(Name) ||
        !tag.test(Value)
      )
        throw badRequest(
          "Names and values of EmailTags have 1 to 256 letters, digits, underscores and dashes.",
        );
      return [Name, Value];
    }),
  );
};

const isText = (value: unknown) => value === undefined || typeof value === "string";

/** The SES v2 API as far as sending goes. E-mails are caught; an identity is verified as soon as it is created. */
export const sesEngine = (world: World): SesEngine => {
  const { clock, region, note, keep } = world;
  const feedback = mailFeedback(world);
  const identities = keep.map<Identity>("ses.identities");
  const emails = keep.map<Email>("ses.emails");

  const typeOf = (name: string) => (name.includes("@") ? "EMAIL_ADDRESS" : "DOMAIN");
  const shown = ({ name }: Identity) => ({
    IdentityType: typeOf(name),
    VerifiedForSendingStatus: true,
    VerificationStatus: "SUCCESS",
  });
  const require = (name: string) => {
    const identity = identities.get(name?.toLowerCase());
    if (!identity)
      throw new AwsError("NotFoundException", `Email identity ${name} does not exist.`, 404);
    return identity;
  };
  /** The identity that lets an address send: its own, or its domain's. */
  const identityOf = (address: string) => {
    const lower = address.toLowerCase();
    return identities.get(lower) ?? identities.get(lower.split("@")[1] ?? "");
  };

  return {
    service: "ses",
    operations: shallowInputs({
      ...feedback.operations,
      CreateEmailIdentity({ EmailIdentity, ConfigurationSetName }) {
        if (typeof EmailIdentity !== "string" || !EmailIdentity)
          throw badRequest("EmailIdentity is required.");
        if (EmailIdentity.length > longestAddress)
          throw badRequest(`An identity has at most ${longestAddress} characters.`);
        const name = EmailIdentity.toLowerCase();
        if (identities.has(name))
          throw new AwsError(
            "AlreadyExistsException",
            `Email identity ${EmailIdentity} already exist.`,
          );
        const configurationSet =
          ConfigurationSetName && feedback.required(ConfigurationSetName).name;
        const identity = {
          name,
          createdAt: clock.now(),
          ...(configurationSet && { configurationSet }),
        };
        identities.set(name, identity);
        const { VerificationStatus: _, ...answer } = shown(identity);
        return answer;
      },
      GetEmailIdentity: ({ EmailIdentity }) => shown(require(EmailIdentity)),
      ListEmailIdentities({ PageSize = 1000, NextToken }) {
        if (!Number.isInteger(PageSize) || PageSize < 0 || PageSize > 1000)
          throw badRequest(`PageSize must be from 0 to 1000: ${PageSize}.`);
        const { page, next } = pageOf([...identities.values()], PageSize || 1000, NextToken, () =>
          badRequest("Invalid NextToken."),
        );
        const EmailIdentities = page.map(({ name }) => ({
          IdentityName: name,
          IdentityType: typeOf(name),
          SendingEnabled: true,
          VerificationStatus: "SUCCESS",
        }));
        return { EmailIdentities, ...(next && { NextToken: next }) };
      },
      DeleteEmailIdentity({ EmailIdentity }) {
        identities.delete(require(EmailIdentity).name);
        return {};
      },
      SendEmail(input) {
        const { FromEmailAddress, Destination = {}, Content = {}, EmailTags = [] } = input;
        for (const name of ["Raw", "Template"])
          if (Content[name]) throw notEmulated("ses", `the content ${name} of SendEmail`);
        for (const name of ["ListManagementOptions", "EndpointId"])
          if (input[name]) throw notEmulated("ses", `the parameter ${name} of SendEmail`);
        if (Content.Simple?.Attachments?.length)
          throw notEmulated("ses", "the attachments of SendEmail");
        const subject = Content.Simple?.Subject?.Data;
        const { Text, Html } = Content.Simple?.Body ?? {};
        if (typeof subject !== "string" || (Text?.Data === undefined && Html?.Data === undefined))
          throw badRequest("Content.Simple needs a subject and a body.");
        if (!isText(Text?.Data) || !isText(Html?.Data))
          throw badRequest("The bodies of an e-mail are text.");
        if (!FromEmailAddress || !isAddress(FromEmailAddress))
          throw badRequest("Missing or invalid FromEmailAddress.");
        const { ToAddresses: to = [], CcAddresses: cc = [], BccAddresses: bcc = [] } = Destination;
        if (![to, cc, bcc].every(Array.isArray)) throw badRequest("Recipients come as lists.");
        const recipients: unknown[] = [...to, ...cc, ...bcc];
        if (recipients.length === 0 || recipients.length > 50)
          throw badRequest(`Recipient count must be from 1 to 50: ${recipients.length}.`);
        for (const recipient of recipients)
          if (!isAddress(recipient)) throw badRequest(`Illegal address: ${recipient}`);
        const sender = addressIn(FromEmailAddress);
        const identity = identityOf(sender);
        if (!identity)
          throw new AwsError(
            "MessageRejected",
            `Email address is not verified. The following identities failed the check in region ${region.toUpperCase()}: ${sender}`,
          );
        const set = input.ConfigurationSetName ?? identity.configurationSet;
        if (set !== undefined) feedback.required(set);
        const email: Email = {
          id: uuid(clock, `ses email ${sender}`),
          time: clock.now(),
          from: FromEmailAddress,
          to: [...to],
          cc: [...cc],
          bcc: [...bcc],
          subject,
          text: Text?.Data,
          html: Html?.Data,
          tags: tagsIn(EmailTags),
        };
        emails.set(email.id, email);
        for (const id of emails.keys()) {
          if (emails.size <= keptEmails) break;
          emails.delete(id);
        }
        // No addresses: facts are kept and shown, and personal data is not theirs to keep.
        note({ kind: "ses.sent", messageId: email.id, subject, tags: email.tags });
        if (set !== undefined) feedback.sent(set, email);
        return { MessageId: email.id };
      },
    }),
    stop: feedback.stop,
    resume: feedback.resume,
    inbox: () => [...emails.values()],
  };
};

import { expect, it } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud, type Fact } from "../../kernel/cloud.ts";
import { administrator, type Engine } from "../../kernel/engine.ts";
import { forked, reopened } from "../../kernel/testing/fork.ts";
import { keptEmails, type SesEngine, sesEngine } from "./engine.ts";

const start = () => {
  const clock = virtualClock();
  const cloud = createCloud(clock, [sesEngine]);
  const facts: Fact[] = [];
  cloud.observe((fact) => facts.push(fact));
  const ses = (operation: string, input: object = {}) =>
    cloud.call({ caller: administrator, service: "ses", operation, input });
  const email = {
    FromEmailAddress: "Acme Corp <acme@example.com>",
    Destination: { ToAddresses: ["ada@example.org"] },
    Content: { Simple: { Subject: { Data: "Hello" }, Body: { Text: { Data: "A dog." } } } },
    EmailTags: [{ Name: "order", Value: "thg_1" }],
  };
  return { clock, cloud, ses, email, facts, inbox: (cloud.engines.ses as SesEngine).inbox };
};

it("an e-mail from a verified address is caught, readable, and noted", async () => {
  const { clock, ses, email, facts, inbox } = start();
  await ses("CreateEmailIdentity", { EmailIdentity: "acme@example.com" });
  const { MessageId } = await ses("SendEmail", email);
  expect(inbox()).toEqual([
    {
      id: MessageId,
      time: clock.now(),
      from: "Acme Corp <acme@example.com>",
      to: ["ada@example.org"],
      cc: [],
      bcc: [],
      subject: "Hello",
      text: "A dog.",
      html: undefined,
      tags: { order: "thg_1" },
    },
  ]);
  expect(facts).toContainEqual(expect.objectContaining({ kind: "ses.sent", messageId: MessageId }));
});

it("e-mails and identities are there after a restart, in their order, and in a fork apart", async () => {
  const { cloud, ses, email, inbox } = start();
  await ses("CreateEmailIdentity", { EmailIdentity: "acme@example.com" });
  for (const n of ["1", "2", "3"])
    await ses("SendEmail", { ...email, EmailTags: [{ Name: "n", Value: n }] });
  for (const again of [forked, reopened]) {
    const other = await again(cloud, [sesEngine], { seed: 2 });
    const { inbox: copied } = other.engines.ses as SesEngine;
    expect(copied()).toEqual(inbox());
    await other.call({
      caller: administrator,
      service: "ses",
      operation: "SendEmail",
      input: email,
    });
    expect(copied().map(({ tags }) => tags)).toEqual([
      { n: "1" },
      { n: "2" },
      { n: "3" },
      { order: "thg_1" },
    ]);
    expect(inbox()).toHaveLength(3);
  }
});

it("an e-mail from an unverified address is rejected; a verified domain will do", async () => {
  const { ses, email, inbox } = start();
  await expect(ses("SendEmail", email)).rejects.toMatchObject({
    code: "MessageRejected",
    message:
      "Email address is not verified. The following identities failed the check in region US-EAST-1: acme@example.com",
  });
  await ses("CreateEmailIdentity", { EmailIdentity: "Example.com" });
  await ses("SendEmail", email);
  expect(inbox()).toHaveLength(1);
});

it("an identity is verified at once, and unknown ones are not found", async () => {
  const { ses } = start();
  await ses("CreateEmailIdentity", { EmailIdentity: "acme@example.com" });
  expect(await ses("GetEmailIdentity", { EmailIdentity: "acme@example.com" })).toMatchObject({
    IdentityType: "EMAIL_ADDRESS",
    VerifiedForSendingStatus: true,
  });
  expect(await ses("ListEmailIdentities")).toMatchObject({
    EmailIdentities: [{ IdentityName: "acme@example.com" }],
  });
  await ses("DeleteEmailIdentity", { EmailIdentity: "acme@example.com" });
  await expect(
    ses("GetEmailIdentity", { EmailIdentity: "acme@example.com" }),
  ).rejects.toMatchObject({ code: "NotFoundException", status: 404 });
});

/** A configuration set that tells the default bus of what comes back, and the bus. */
const told = async () => {
  const clock = virtualClock();
  const events: { DetailType: string; Detail: string; Resources: string[] }[] = [];
  const bus = (): Engine => ({
    service: "events",
    operations: {
      PutEvents: ({ Entries }) => {
        events.push(...Entries);
        return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: "1" })) };
      },
    },
  });
  const cloud = createCloud(clock, [sesEngine, bus]);
  const ses = (operation: string, input: object = {}) =>
    cloud.call({ caller: administrator, service: "ses", operation, input });
  await ses("CreateConfigurationSet", { ConfigurationSetName: "ours" });
  const EventBusArn = "arn:aws:events:us-east-1:123456789012:event-bus/default";
  const destination = (more: object = {}) =>
    ses("CreateConfigurationSetEventDestination", {
      ConfigurationSetName: "ours",
      EventDestinationName: "back",
      EventDestination: {
        Enabled: true,
        MatchingEventTypes: ["BOUNCE"],
        EventBridgeDestination: { EventBusArn },
        ...more,
      },
    });
  await ses("CreateEmailIdentity", {
    EmailIdentity: "acme@example.com",
    ConfigurationSetName: "ours",
  });
  const send = (to: string, more: object = {}) =>
    ses("SendEmail", { ...start().email, Destination: { ToAddresses: [to] }, ...more });
  return { clock, ses, destination, send, events };
};

it("an e-mail to the mailbox simulator bounces, and the default bus hears of it, with its tags", async () => {
  const { clock, destination, send, events } = await told();
  await destination();
  await send("bounce+1@simulator.amazonses.com");
  await send("complaint@simulator.amazonses.com"); // nobody asked for complaints
  await send("ada@example.org");
  await clock.advance(10_000);
  expect(events).toHaveLength(1);
  const [{ DetailType, Detail, Resources } = { DetailType: "", Detail: "{}", Resources: [] }] =
    events;
  expect(DetailType).toBe("Email Bounced");
  expect(Resources).toEqual(["arn:aws:ses:us-east-1:123456789012:configuration-set/ours"]);
  expect(JSON.parse(Detail)).toMatchObject({
    eventType: "Bounce",
    bounce: { bounceType: "Permanent" },
    mail: { tags: { "ses:configuration-set": ["ours"], order: ["thg_1"] } },
  });
});

it("configuration sets have names of their own, and tell what is emulated of them, and where SES can", async () => {
  const { ses, destination, send } = await told();
  const again = ses("CreateConfigurationSet", { ConfigurationSetName: "ours" });
  await expect(again).rejects.toMatchObject({ code: "AlreadyExistsException" });
  await expect(destination({ MatchingEventTypes: ["OPEN"] })).rejects.toThrow(/OPEN/);
  await expect(destination({ SnsDestination: {} })).rejects.toThrow(/SnsDestination/);
  const other = { EventBridgeDestination: { EventBusArn: "arn:aws:events:x:1:event-bus/mine" } };
  await expect(destination(other)).rejects.toThrow(/default event bus/);
  const lost = send("ada@example.org", { ConfigurationSetName: "theirs" });
  await expect(lost).rejects.toMatchObject({ code: "NotFoundException", status: 404 });
});

it("templates, raw e-mails and bad recipients are refused", async () => {
  const { ses, email } = start();
  await ses("CreateEmailIdentity", { EmailIdentity: "acme@example.com" });
  const send = (more: object) => ses("SendEmail", { ...email, ...more });
  await expect(send({ Content: { Template: { TemplateName: "x" } } })).rejects.toThrow(/Template/);
  await expect(send({ Content: { Raw: { Data: "" } } })).rejects.toThrow(/Raw/);
  await expect(send({ Destination: {} })).rejects.toMatchObject({ code: "BadRequestException" });
  await expect(send({ Destination: { ToAddresses: ["nobody"] } })).rejects.toThrow(/nobody/);
});

it("the newest thousand e-mails are kept, and no more", async () => {
  const { cloud, ses, email, inbox } = start();
  await ses("CreateEmailIdentity", { EmailIdentity: "acme@example.com" });
  for (let n = 0; n < keptEmails + 10; n++)
    await ses("SendEmail", { ...email, EmailTags: [{ Name: "n", Value: `${n}` }] });
  expect(inbox()).toHaveLength(keptEmails);
  expect(inbox()[0]?.tags).toEqual({ n: "10" });
  const other = await reopened(cloud, [sesEngine], { seed: 2 });
  expect((other.engines.ses as SesEngine).inbox()).toEqual(inbox());
});

it("what has no bottom is refused, wherever it stands", async () => {
  const { cloud, ses, email } = start();
  let bottomless: unknown = [];
  for (let i = 0; i < 30_000; i++) bottomless = [bottomless];
  await ses("CreateEmailIdentity", { EmailIdentity: "acme@example.com" });
  for (const operation of Object.keys(cloud.engines.ses?.operations ?? {}))
    for (const name of Object.keys({ ...email, EmailIdentity: 1 }))
      await expect(
        ses(operation, { ...email, EmailIdentity: "acme@example.com", [name]: bottomless }),
      ).rejects.toMatchObject({ code: "SerializationException", status: 400 });
});

import {
  BadRequestException,
  SESv2Client,
  SESv2ServiceException,
  SendEmailCommand,
} from "@aws-sdk/client-sesv2";
import { awsClient } from "@petstore/core/aws-client";
import { Resource } from "sst";
import type { Mail } from "../domain/mail.ts";

/**
 * Not retried by the SDK: SES has no idempotency key, so a retry after a lost answer would be a second e-mail. For the same
 * reason it is waited for longer: an e-mail of which nobody knows is left to a person.
 */
const client = awsClient(SESv2Client, { maxAttempts: 1, requestTimeout: 5_000 });

const inUtf8 = (Data: string) => ({ Data, Charset: "UTF-8" });

const { address, configurationSet } = Resource.Sender;

/** Whether this stage has an address to send from. Without one it sends no e-mail, and only says so in its log. */
export const isSenderNamed = address !== "";

/** The shop's own address: what is meant for its staff goes there. */
export const staff = { name: "all", email: address, unreachableSince: undefined };

/** Sends an e-mail, tagged with what it is about; a bounce or a complaint brings the tags back. Answers the mail service's id of it. */
export const sendMail = async (
  to: string,
  { subject, text, html }: Mail,
  tags: { order: string; template: string; customer?: string },
): Promise<string> => {
  const { MessageId = "" } = await client.send(
    new SendEmailCommand({
      FromEmailAddress: address,
      ConfigurationSetName: configurationSet,
      Destination: { ToAddresses: [to] },
      Content: {
        Simple: {
          Subject: inUtf8(subject),
          Body: { Text: inUtf8(text), Html: inUtf8(html) },
        },
      },
      EmailTags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
    }),
  );
  return MessageId;
};

/** Whether the mail service takes such an e-mail at no time: its tags or addresses are none. */
export const isNoEmail = (error: unknown): boolean => error instanceof BadRequestException;

/** Whether a failure to send is a certain one: the mail service itself said that it did not take the e-mail. */
export const certainlyNotSent = (error: unknown): boolean =>
  error instanceof SESv2ServiceException && error.$fault === "client";

import { log } from "@petstore/core/log";
import type { Message } from "../domain/message.ts";
import { findContact } from "./contacts.ts";
import { claim, markSent, release } from "./messages.ts";
import { certainlyNotSent, sendMail, staff } from "./send-mail.ts";

/**
 * Sends a message, at most once: a claim is written before, and given back only when the mail service certainly did not
 * take it. Throws where it is not sent or nobody knows; the event comes again, and ends in the dead-letter queue.
 */
export const notify = async (message: Message): Promise<"sent" | "sent before"> => {
  const { about, template, customerId, mail } = message;
  const { email, name } = customerId ? await findContact(customerId) : staff;
  const held = await claim(message);
  if (!held) return "sent before";
  let mailId: string;
  try {
    mailId = await sendMail(email, mail(name), { order: about, template });
  } catch (error) {
    if (certainlyNotSent(error)) await release(held);
    // Only the error's name: SES writes the addresses that it does not like into its messages, and ours go to the logs.
    const why = error instanceof Error ? error.name : "an unknown error";
    throw new Error(`${template} about ${about} was not sent, as far as we know: ${why}`);
  }
  await markSent(held, mailId);
  log("message sent", { about, template });
  return "sent";
};

import { NeedsAPerson } from "@petstore/core/event";
import { log } from "@petstore/core/log";
import type { Message } from "../domain/message.ts";
import { findContact } from "./contacts.ts";
import { claim, markSent, release } from "./messages.ts";
import { certainlyNotSent, isNoEmail, isSenderNamed, sendMail, staff } from "./send-mail.ts";

/** Why a message is not sent, and need not be. */
type NotSent = "no sender is named" | "its address does not take mail" | "sent before" | "outdated";

const deliver = async (message: Message): Promise<"sent" | NotSent> => {
  const { about, template, customerId, mail } = message;
  if (!isSenderNamed) return "no sender is named";
  const { email, name, unreachableSince } = customerId ? await findContact(customerId) : staff;
  if (unreachableSince) return "its address does not take mail";
  const held = await claim(message);
  if (typeof held === "string") return held;
  let mailId: string;
  try {
    const tags = { order: about, template, ...(customerId && { customer: customerId }) };
    mailId = await sendMail(email, mail(name), tags);
  } catch (error) {
    // Only the error's name: SES writes the addresses that it does not like into its messages, and ours go to the logs.
    const why = error instanceof Error ? error.name : "an unknown error";
    if (certainlyNotSent(error)) {
      await release(held);
      const Failure = isNoEmail(error) ? NeedsAPerson : Error;
      throw new Failure(`${template} about ${about} was not sent: ${why}`);
    }
    throw new NeedsAPerson(
      `${template} about ${about} may have been sent (${why}). Look for it, write RELEASED or SENT, redrive.`,
    );
  }
  await markSent(held, mailId);
  return "sent";
};

/**
 * Sends a message, at most once: a claim is written before, and given back only when the mail service certainly did not take
 * it. Throws where it is not sent, and the event comes again; NeedsAPerson where nobody knows.
 */
export const notify = async (message: Message): Promise<void> => {
  const outcome = await deliver(message);
  const { about, template } = message;
  if (outcome === "sent") log("message sent", { about, template });
  else log("message not sent", { about, template, because: outcome });
};

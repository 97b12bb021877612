import { saveContact } from "../adapters/contacts.ts";
import { Contact } from "../domain/contact.ts";

/** Remembers how to reach a customer. Invoked by whoever signs customers up, as often as they like. */
export const handler = (input: unknown) => saveContact(Contact.parse(input));

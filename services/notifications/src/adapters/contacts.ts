import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { Resource } from "sst";
import type { Contact } from "../domain/contact.ts";

const TableName = Resource.NotificationsTable.name;
const keyOf = (customerId: string) => ({ pk: customerId, sk: "CONTACT" });

/** Remembers how to reach a customer. The newest contact stays. */
export const saveContact = async (contact: Contact): Promise<void> => {
  await client.send(
    new PutCommand({ TableName, Item: { ...keyOf(contact.customerId), ...contact } }),
  );
};

/** How to reach a customer. Throws where nobody has said. */
export const findContact = async (customerId: string): Promise<Contact> => {
  const { Item } = await client.send(new GetCommand({ TableName, Key: keyOf(customerId) }));
  if (!Item) throw new Error(`There is no contact of ${customerId}: register it, then redrive`);
  return Item as Contact;
};

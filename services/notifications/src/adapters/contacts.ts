import { GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { written } from "@petstore/core/written";
import { Resource } from "sst";
import type { Contact } from "../domain/contact.ts";

const TableName = Resource.NotificationsTable.name;
const keyOf = (customerId: string) => ({ pk: customerId, sk: "CONTACT" });

/** Remembers how to reach a customer. The newest contact stays, and is written to. */
export const saveContact = async (contact: Contact): Promise<void> => {
  await client.send(
    new PutCommand({ TableName, Item: { ...keyOf(contact.customerId), ...contact } }),
  );
};

/** A customer's address does not take our mail, or its owner does not want it: it is not written to from now on. */
export const markUnreachable = async (customerId: string): Promise<void> => {
  // One that was forgotten meanwhile needs no mark.
  await written(
    client.send(
      new UpdateCommand({
        TableName,
        Key: keyOf(customerId),
        UpdateExpression: "SET unreachableSince = if_not_exists(unreachableSince, :now)",
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ":now": new Date().toISOString() },
      }),
    ),
  );
};

/** How to reach a customer, and since when that fails, if it does. Throws where nobody has said. */
export const findContact = async (
  customerId: string,
): Promise<Contact & { unreachableSince?: string }> => {
  const { Item } = await client.send(new GetCommand({ TableName, Key: keyOf(customerId) }));
  if (!Item) throw new Error(`There is no contact of ${customerId}: register it, then redrive`);
  return Item as Contact;
};

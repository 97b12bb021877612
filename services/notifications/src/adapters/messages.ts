import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { newUlid } from "@petstore/core/ulid";
import { Resource } from "sst";
import type { Message } from "../domain/message.ts";

const TableName = Resource.NotificationsTable.name;

/** The right to send a message, held by one attempt. */
export type Claim = { key: { pk: string; sk: string }; attempt: string };

/**
 * Claims a message before it is sent. Undefined when it was sent before. Throws while another attempt holds the claim: it
 * may be sending right now, or have died before or after it sent; then nobody knows, and a person decides.
 */
export const claim = async ({
  about,
  template,
  customerId,
}: Message): Promise<Claim | undefined> => {
  const held: Claim = { key: { pk: about, sk: `MESSAGE#${template}` }, attempt: newUlid() };
  const at = new Date().toISOString();
  try {
    await client.send(
      new PutCommand({
        TableName,
        Item: { ...held.key, customerId, status: "CLAIMED", attempt: held.attempt, at },
        ConditionExpression: "attribute_not_exists(pk) OR #status = :released",
        ExpressionAttributeNames: { "#status": "status" },
        ExpressionAttributeValues: { ":released": "RELEASED" },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return held;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const { status, attempt, at: since } = error.Item ?? {};
    if (attempt?.S === held.attempt) return held; // the SDK asked twice, for the first answer was lost
    if (status?.S === "SENT") return undefined;
    throw new Error(`${template} about ${about} is claimed since ${since?.S}: sent or not?`);
  }
};

const settle = ({ key, attempt }: Claim, status: "SENT" | "RELEASED", mailId?: string) =>
  client.send(
    new UpdateCommand({
      TableName,
      Key: key,
      UpdateExpression: `SET #status = :status${mailId ? ", mailId = :mailId" : ""}`,
      ConditionExpression: "attempt = :attempt",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":status": status, ":attempt": attempt, ":mailId": mailId },
    }),
  );

/** The message is out: nobody sends it again. `mailId` is the one that the mail service gave it. */
export const markSent = (held: Claim, mailId: string) => settle(held, "SENT", mailId);

/** The message is certainly not out: the next attempt may claim it. */
export const release = (held: Claim) => settle(held, "RELEASED");

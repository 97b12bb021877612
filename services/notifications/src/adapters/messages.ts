import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { NeedsAPerson } from "@petstore/core/event";
import { newUlid } from "@petstore/core/ulid";
import { Resource } from "sst";
import type { Message } from "../domain/message.ts";

const TableName = Resource.NotificationsTable.name;
const keyOf = (about: string) => ({ pk: about, sk: "MESSAGES" });

/** No attempt to send takes as long: whoever holds an older claim is gone. */
const CLAIM_ENDS_MS = 60_000;

/** Whoever claimed before that is gone. */
const endedAt = (now: Date) => new Date(now.getTime() - CLAIM_ENDS_MS).toISOString();

/** The right to send a message, held by one attempt. */
export type Claim = Pick<Message, "about" | "template"> & { attempt: string };

/**
 * Claims a message in its order's row. Refused where this message, a newer one or the one that makes it pointless (`unless`) is
 * claimed or sent, and while another message to the order's customer is on its way: it would be overtaken.
 */
const put = ({ about, customerId, version, unless, others }: Message, claim: Claim, at: Date) => {
  const ofOrder = version === undefined ? "" : ", newest = :version, customerId = :customerId";
  const conditions = [
    "(attribute_not_exists(#message) OR #message.#status = :released)",
    ...(ofOrder ? ["(attribute_not_exists(newest) OR newest <= :version)"] : []),
    ...(unless ? ["attribute_not_exists(#unless)"] : []),
    ...others.map((_, i) => `NOT (#other${i}.#status = :claimed AND #other${i}.#at > :ended)`),
  ];
  return client.send(
    new UpdateCommand({
      TableName,
      Key: keyOf(about),
      UpdateExpression: `SET #message = :claim${ofOrder}`,
      ConditionExpression: conditions.join(" AND "),
      ExpressionAttributeNames: {
        "#message": claim.template,
        "#status": "status",
        ...(unless && { "#unless": unless }),
        ...(others.length > 0 && { "#at": "at" }),
        ...Object.fromEntries(others.map((template, i) => [`#other${i}`, template])),
      },
      ExpressionAttributeValues: {
        ":claim": { status: "CLAIMED", attempt: claim.attempt, at: at.toISOString() },
        ":released": "RELEASED",
        ...(ofOrder && { ":version": version, ":customerId": customerId }),
        ...(others.length > 0 && { ":claimed": "CLAIMED", ":ended": endedAt(at) }),
      },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  );
};

/**
 * Claims a message before it is sent. Answers why not when it was sent before, or when something newer was said about the
 * order. Throws while another attempt may be sending it, or another message to the order's customer; NeedsAPerson when that
 * attempt ended and did not say whether it did.
 */
export const claim = async (message: Message): Promise<Claim | "sent before" | "outdated"> => {
  const { about, template, version = 0, unless = "" } = message;
  const held: Claim = { about, template, attempt: newUlid() };
  try {
    await put(message, held, new Date());
    return held;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const row = error.Item ?? {};
    const { status, attempt, at: since } = row[template]?.M ?? {};
    if (attempt?.S === held.attempt) return held; // the SDK asked twice, for the first answer was lost
    if (status?.S === "SENT") return "sent before";
    if (status?.S !== "CLAIMED") {
      if (unless in row || Number(row.newest?.N) > version) return "outdated";
      throw new Error(`Another message about ${about} is on its way: ${template} waits for it`);
    }
    const what = `${template} about ${about} is claimed since ${since?.S}`;
    if (Date.now() - Date.parse(since?.S ?? "") < CLAIM_ENDS_MS)
      throw new Error(`${what}: wait for it`);
    throw new NeedsAPerson(
      `${what}, and nobody knows whether it was sent. Look for it, write RELEASED or SENT, redrive.`,
    );
  }
};

const settle = (
  { about, template, attempt }: Claim,
  outcome: { status: string; mailId?: string },
) =>
  client.send(
    new UpdateCommand({
      TableName,
      Key: keyOf(about),
      UpdateExpression: `SET #message.#status = :status${outcome.mailId ? ", #message.mailId = :mailId" : ""}`,
      ConditionExpression: "#message.attempt = :attempt",
      ExpressionAttributeNames: { "#message": template, "#status": "status" },
      ExpressionAttributeValues: {
        ":status": outcome.status,
        ":attempt": attempt,
        ":mailId": outcome.mailId,
      },
    }),
  );

/** The message is out: nobody sends it again. `mailId` is the one that the mail service gave it. */
export const markSent = (held: Claim, mailId: string) => settle(held, { status: "SENT", mailId });

/** The message is certainly not out: the next attempt may claim it. */
export const release = (held: Claim) => settle(held, { status: "RELEASED" });

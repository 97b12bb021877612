import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { transact } from "@petstore/core/transact";
import { Resource } from "sst";
import type { Posting } from "../domain/operations.ts";
import type { Payment, Statement } from "../domain/payment.ts";

const TableName = Resource.ProviderTable.name;
const LOST = ["ConditionFailed", "WriteConflict", "ConditionalCheckFailedException"];

/** A payment and the answers that were given about it, by idempotency key: one row, so both are written or neither. */
export type Row = {
  payment: Payment;
  version: number;
  answers: Record<string, { request: string; statement: Statement; at: number }>;
};

const keyOf = (paymentId: string) => ({ pk: paymentId, sk: "PAYMENT" });

/** The row of a payment; undefined where nobody asked for it. */
export const readPayment = async (paymentId: string): Promise<Row | undefined> => {
  const { Item } = await client.send(
    new GetCommand({ TableName, Key: keyOf(paymentId), ConsistentRead: true }),
  );
  return Item as Row | undefined;
};

/** Writes a payment's next version, with its entry in the ledger where money moved. Answers false where someone else was first. */
export const writePayment = async (
  row: Row,
  entry?: { sk: string; posting: Posting },
): Promise<boolean> => {
  const Put = {
    TableName,
    Item: { ...keyOf(row.payment.paymentId), ...row },
    ...(row.version === 1
      ? { ConditionExpression: "attribute_not_exists(pk)" }
      : {
          ConditionExpression: "version = :before",
          ExpressionAttributeValues: { ":before": row.version - 1 },
        }),
  };
  const Item = { pk: "LEDGER", ...entry, at: new Date().toISOString() };
  const ConditionExpression = "attribute_not_exists(pk)";
  try {
    if (entry) await transact([{ Put }, { Put: { TableName, Item, ConditionExpression } }]);
    else await client.send(new PutCommand(Put));
    return true;
  } catch (error) {
    if (error instanceof Error && LOST.includes(error.name)) return false;
    throw error;
  }
};

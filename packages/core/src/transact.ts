import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { client } from "./dynamo.ts";

/** One write of a transaction, as the document client wants it: `{ Put: … }`, `{ Update: … }`, `{ Delete: … }`. */
export type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** Nothing was written: the conditions at these places of the transaction did not hold. */
export class ConditionFailed extends Error {
  override name = "ConditionFailed";
  readonly at: readonly number[];
  constructor(at: readonly number[]) {
    super(`The condition of write ${at.join(", ")} did not hold; nothing was written`);
    this.at = at;
  }
}

/** Nothing was written: another transaction holds one of the items. Try again. */
export class WriteConflict extends Error {
  override name = "WriteConflict";
}

/** DynamoDB has too much to do: what was asked is not done, or not all of it. Try again later. */
export class Throttled extends Error {
  override name = "Throttled";
}

const THROTTLED = ["ThrottlingError", "ProvisionedThroughputExceeded"];

/** All of the writes, or none. Throws ConditionFailed, WriteConflict or Throttled where nothing was written. */
export const transact = async (writes: Write[]): Promise<void> => {
  try {
    await client.send(new TransactWriteCommand({ TransactItems: writes }));
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = error.CancellationReasons?.map(({ Code }) => Code) ?? [];
    const at = codes.flatMap((code, i) => (code === "ConditionalCheckFailed" ? [i] : []));
    if (at.length > 0) throw new ConditionFailed(at);
    if (codes.includes("TransactionConflict")) throw new WriteConflict(error.message);
    if (codes.some((code) => code && THROTTLED.includes(code))) throw new Throttled(error.message);
    throw error;
  }
};

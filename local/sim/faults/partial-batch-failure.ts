import type { FaultKind } from "./fault.ts";

type Records = { Records?: { messageId?: string; dynamodb?: { SequenceNumber: string } }[] };

const decoded = (base64: string) => JSON.parse(Buffer.from(base64, "base64").toString() || "null");

/** A consumer that has handled a batch, and says of one record of it that it has not. */
export const partialBatchFailure: FaultKind = {
  says: "is handled, but one of its batch is said to have failed",
  often: 3,
  fits: ({ who, operation }) => who === "mapping" && operation === "Invoke",
  strike: async (call, next, { draw }) => {
    const answer = (await next(call)) as { Payload?: string; FunctionError?: string };
    const { Records = [] } = decoded(call.input.Payload) as Records;
    const { messageId, dynamodb } = Records[Math.floor(draw() * Records.length)] ?? {};
    const itemIdentifier = messageId ?? dynamodb?.SequenceNumber;
    if (answer.FunctionError || !itemIdentifier) return answer;
    const { batchItemFailures = [] } = decoded(answer.Payload ?? "") ?? {};
    const said = { batchItemFailures: [...batchItemFailures, { itemIdentifier }] };
    return { ...answer, Payload: Buffer.from(JSON.stringify(said)).toString("base64") };
  },
};

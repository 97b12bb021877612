import { AwsError } from "emulator/kernel/engine";
import type { FaultKind } from "./fault.ts";

const SINGLE = ["PutItem", "UpdateItem", "DeleteItem"];

/** Another transaction that holds the same item at that moment. */
export const conflict: FaultKind = {
  says: "meets another transaction at the same item",
  often: 2,
  fits: ({ service, operation }) =>
    service === "dynamodb" && (operation === "TransactWriteItems" || SINGLE.includes(operation)),
  strike: async ({ operation, input }) => {
    const message = "Transaction is ongoing for the item";
    if (operation !== "TransactWriteItems")
      throw new AwsError("TransactionConflictException", message, 400);
    const CancellationReasons = input.TransactItems.map((_: unknown, index: number) =>
      index === 0 ? { Code: "TransactionConflict", Message: message } : { Code: "None" },
    );
    const codes = CancellationReasons.map(({ Code }: { Code: string }) => Code).join(", ");
    throw new AwsError(
      "TransactionCanceledException",
      `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
      400,
      { CancellationReasons },
    );
  },
};

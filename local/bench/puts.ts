import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";

type Puts = {
  count: number;
  /** What the keys begin with. */
  prefix: string;
  /** Where a client that is no function's sends to, and as whom. */
  config?: ConstructorParameters<typeof DynamoDBClient>[0];
};

let client: DynamoDBDocumentClient | undefined;

/** As a function's handler or called as it is: makes conditional puts, one after the other. Answers the ms of one. */
export const handler = async ({ count, prefix, config = {} }: Puts) => {
  client ??= DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const began = performance.now();
  for (let i = 0; i < count; i++)
    await client.send(
      new PutCommand({
        TableName: "Bench",
        Item: { pk: `${prefix}-${i}`, lines: [{ quantity: 1 }], text: "x".repeat(300) },
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    );
  return (performance.now() - began) / count;
};

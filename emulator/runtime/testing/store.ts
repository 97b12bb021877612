import { randomUUID } from "node:crypto";
import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  InvokeCommand,
  LambdaClient,
  ResourceNotFoundException as NoSuchFunction,
} from "@aws-sdk/client-lambda";
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";

/** Handlers for the contract of the runtimes that use the AWS SDK. */

const client = DynamoDBDocumentClient.from(new DynamoDBClient(), {
  marshallOptions: { removeUndefinedValues: true },
});
const lambda = new LambdaClient();
const TableName = "Things";

type Event = { do: string; id?: string; name?: string };

const actions: Record<string, (event: Event) => unknown> = {
  keep: async ({ id }) => {
    const at = Date.now();
    const token = randomUUID();
    const blob = new Uint8Array([1, 2, 255]);
    await client.send(
      new PutCommand({
        TableName,
        Item: { pk: id, at, token, blob, tags: new Set(["a", "b"]), missing: undefined },
      }),
    );
    const { Item } = await client.send(new GetCommand({ TableName, Key: { pk: id } }));
    return {
      same: Item?.at === at && Item.token === token,
      blob: [...(Item?.blob ?? [])],
      tags: [...(Item?.tags ?? [])].sort(),
    };
  },
  keepOnce: async ({ id }) => {
    const Put = { TableName, Item: { pk: id }, ConditionExpression: "attribute_not_exists(pk)" };
    try {
      await client.send(new TransactWriteCommand({ TransactItems: [{ Put }] }));
      return "kept";
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      return { name: error.name, codes: error.CancellationReasons?.map(({ Code }) => Code) };
    }
  },
  ask: async ({ name }) => {
    try {
      const { Payload } = await lambda.send(
        new InvokeCommand({ FunctionName: name, Payload: JSON.stringify({ asked: "politely" }) }),
      );
      return { answered: JSON.parse(Payload?.transformToString() ?? "null") };
    } catch (error) {
      if (!(error instanceof NoSuchFunction)) throw error;
      return { name: error.name, message: error.message, status: error.$metadata.httpStatusCode };
    }
  },
};

export const handler = async (event: Event): Promise<unknown> => actions[event.do]?.(event);

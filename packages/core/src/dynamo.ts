import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { awsClient } from "./aws-client.ts";

// DynamoDB is quick, and is asked once more than others, as the SDK would have it.
const plain = awsClient(DynamoDBClient, { maxAttempts: 4, requestTimeout: 1_500 });

/** The function's DynamoDB client. */
export const client = DynamoDBDocumentClient.from(plain, {
  marshallOptions: { removeUndefinedValues: true },
});

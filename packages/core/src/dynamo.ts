import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { awsClient } from "./aws-client.ts";

/** The function's DynamoDB client. */
export const client = DynamoDBDocumentClient.from(awsClient(DynamoDBClient), {
  marshallOptions: { removeUndefinedValues: true },
});

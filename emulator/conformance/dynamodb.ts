import { dynamodbExpressionClaims } from "./dynamodb-expressions.ts";
import { dynamodbReadClaims } from "./dynamodb-reads.ts";
import { dynamodbTransactionClaims } from "./dynamodb-transactions.ts";
import { dynamodbValueClaims } from "./dynamodb-values.ts";
import { dynamodbWriteClaims } from "./dynamodb-writes.ts";

/** What DynamoDB documents, as far as an application or a learner meets it. */
export const dynamodbClaims = [
  ...dynamodbWriteClaims,
  ...dynamodbTransactionClaims,
  ...dynamodbReadClaims,
  ...dynamodbExpressionClaims,
  ...dynamodbValueClaims,
];
